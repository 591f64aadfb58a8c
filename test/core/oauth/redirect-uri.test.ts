import { describe, expect, it } from 'vitest';
import { isRegisteredRedirectUri } from '../../../src/core/oauth/redirect-uri.ts';

const redirectUris = [
  'http://127.0.0.1/callback',
  'http://[::1]:9000/callback?x=1',
  'http://localhost/callback',
  'https://client.test/callback',
  'com.example.app:/callback',
];
const native = (uri: string) => isRegisteredRedirectUri({ redirectUris, applicationType: 'native' }, uri);
const web = (uri: string) => isRegisteredRedirectUri({ redirectUris, applicationType: 'web' }, uri);

describe('a redirect URI', () => {
  it.each(redirectUris)('is taken as it was registered: %s', (uri) => {
    expect(native(uri)).toBe(true);
    expect(web(uri)).toBe(true);
  });

  it.each([
    'https://client.test/callback/',
    'https://client.test/callback?x=1',
    'https://client.test:443/callback',
    'HTTPS://client.test/callback',
    'https://client.test/%63allback',
    'https://client.test/callback#',
    'com.example.app:/callback/',
    'http://localhost:9000/callback',
  ])('is refused when a byte differs: %s', (uri) => {
    expect(native(uri)).toBe(false);
  });
});

describe('a loopback redirect URI', () => {
  it.each([
    'http://127.0.0.1:51004/callback',
    'http://127.0.0.1:1/callback',
    'http://127.0.0.1:65535/callback',
    'http://[::1]/callback?x=1',
    'http://[::1]:51004/callback?x=1',
  ])('of a native app may have any port: %s', (uri) => {
    expect(native(uri)).toBe(true);
    expect(web(uri)).toBe(false);
  });

  it.each([
    'http://127.0.0.1:0/callback',
    'http://127.0.0.1:65536/callback',
    'http://127.0.0.1:080/callback',
    'http://127.0.0.1:/callback',
    'http://127.0.0.1:51004/other',
    'http://127.0.0.1:51004/callback?x=1',
    'http://127.0.0.1:51004',
    'http://127.0.0.1:1@evil.example/callback',
    'http://127.0.0.1.evil.example/callback',
    'http://127.0.0.2:51004/callback',
    'https://127.0.0.1:51004/callback',
    'http://[::1]:51004/callback',
  ])('may differ in nothing else: %s', (uri) => {
    expect(native(uri)).toBe(false);
  });
});
