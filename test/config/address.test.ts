import { expect, it } from 'vitest';
import { addressFault, developmentAddressFault } from '../../src/config/address.ts';

const refused = [
  'http://issuer.example.com',
  'ftp://issuer.example.com',
  'data:application/json,{}',
  'file:///etc/passwd',
  'issuer.example.com',
  'https://user@issuer.example.com',
  'https://user:password@issuer.example.com',
  'https://issuer.example.com@127.0.0.1',
  'https://localhost',
  'https://LOCALHOST',
  'https://localhost.',
  'https://sub.localhost',
  'https://127.0.0.1',
  'https://127.0.0.1.',
  'https://127.1',
  'https://127.255.255.254',
  'https://2130706433',
  'https://0x7f000001',
  'https://0x7f.1',
  'https://0177.0.0.1',
  'https://017700000001',
  'https://%31%32%37.0.0.1',
  'https://①②⑦.⓪.⓪.①',
  'https://0',
  'https://0.0.0.0',
  'https://10.0.0.1',
  'https://100.64.0.1',
  'https://100.127.255.255',
  'https://169.254.169.254',
  'https://0xa9fea9fe',
  'https://2852039166',
  'https://172.16.0.1',
  'https://172.31.255.255',
  'https://192.0.0.1',
  'https://192.0.2.1',
  'https://192.88.99.1',
  'https://192.168.1.1',
  'https://198.18.0.1',
  'https://198.19.255.255',
  'https://198.51.100.1',
  'https://203.0.113.1',
  'https://224.0.0.1',
  'https://240.0.0.1',
  'https://255.255.255.255',
  'https://[::]',
  'https://[::1]',
  'https://[0:0:0:0:0:0:0:1]',
  'https://[::ffff:127.0.0.1]',
  'https://[::ffff:7f00:1]',
  'https://[::127.0.0.1]',
  'https://[64:ff9b::7f00:1]',
  'https://[64:ff9b:1::1]',
  'https://[100::1]',
  'https://[2001::1]',
  'https://[2001:10::1]',
  'https://[2001:db8::1]',
  'https://[2002:7f00:1::]',
  'https://[3fff::1]',
  'https://[fc00::1]',
  'https://[fd00:ec2::254]',
  'https://[fe80::1]',
  'https://[fec0::1]',
  'https://[ff02::1]',
  'https://metadata',
  'https://metadata.google.internal',
  'https://printer.local',
  'https://router.lan',
  'https://router.home.arpa',
  'https://db.corp',
  'https://issuer.example.com.',
];

it.each(refused)('%s is not fetched', (url) => {
  expect(addressFault(url)).toBeTypeOf('string');
});

it.each([
  'https://issuer.example.com',
  'https://issuer.example.com:8443/tenant/keys',
  'https://localhost.example.com',
  'https://internal.example.com',
  'https://8.8.8.8',
  'https://100.63.255.255',
  'https://100.128.0.1',
  'https://172.15.255.255',
  'https://172.32.0.1',
  'https://192.0.1.1',
  'https://198.20.0.1',
  'https://223.255.255.255',
  'https://[2606:4700:4700::1111]',
  'https://[2001:4860:4860::8888]',
  'https://[2a00:1450:4001:82a::200e]',
])('%s is', (url) => {
  expect(addressFault(url)).toBeUndefined();
});

it('in development this machine is as good as any, but not every scheme, nor a password on the way', () => {
  for (const url of [
    'http://localhost:8787',
    'https://127.0.0.1',
    'http://[::1]:1',
    'https://issuer.example.com',
  ]) {
    expect(developmentAddressFault(url)).toBeUndefined();
  }
  for (const url of ['file:///etc/passwd', 'data:,', 'localhost', 'http://user@localhost']) {
    expect(developmentAddressFault(url)).toBeTypeOf('string');
  }
});
