import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { isInNetworks, parseNetwork } from '../../../src/core/risk/network.ts';

const isIn = (network: string, address: string, system = 0): boolean => {
  const parsed = parseNetwork(network);
  if (!parsed) throw new Error(`${network} is no network`);
  return isInNetworks([parsed], address, system);
};

describe('a network', () => {
  it.each([
    ['192.0.2.0/24', '192.0.2.255', true],
    ['192.0.2.0/24', '192.0.3.0', false],
    ['192.0.2.7', '192.0.2.7', true],
    ['192.0.2.7', '192.0.2.8', false],
    ['0.0.0.0/0', '203.0.113.1', true],
    ['0.0.0.0/0', '2001:db8::1', false],
    ['::/0', '192.0.2.1', false],
    ['2001:db8::/32', '2001:db8:ffff::1', true],
    ['2001:db8::/32', '2001:db9::1', false],
    ['2001:DB8:0:0:0:0:0:1', '2001:db8::1', true],
    ['2001:db8::/127', '2001:db8::1', true],
    ['2001:db8::/127', '2001:db8::2', false],
    ['192.0.2.0/24', '::ffff:192.0.2.9', true],
    ['::ffff:c000:209', '192.0.2.9', true],
    ['64:ff9b::192.0.2.9', '64:ff9b::c000:209', true],
    ['192.0.2.0/24', '', false],
    ['0.0.0.0/0', 'not an address', false],
    ['192.0.2.0/24', '192.0.2.9, 203.0.113.9', false],
  ])('%s and %s', (network, address, expected) => {
    expect(isIn(network, address)).toBe(expected);
  });

  it('is a system by its number alone', () => {
    expect(isIn('AS64496', '192.0.2.1', 64_496)).toBe(true);
    expect(isIn('AS64496', '192.0.2.1', 64_497)).toBe(false);
    expect(isIn('AS64496', '192.0.2.1')).toBe(false);
  });

  it.each([
    '',
    '192.0.2.1/24',
    '192.0.2.0/33',
    '192.0.2.0/',
    '192.0.2.0/024',
    '192.0.2',
    '192.0.2.256',
    '192.0.02.1',
    '2001:db8::1/64',
    '2001:db8::/129',
    '2001::db8::1',
    '2001:db8',
    '1:2:3:4:5:6:7:8:9',
    '1:2:3:4:5:6:7::8:9',
    ':::',
    '2001:db8::g',
    '::ffff:192.0.2.0/120',
    'AS0',
    'AS4294967296',
    'office.example',
    ' 192.0.2.0/24',
  ])('is not %j', (network) => {
    expect(parseNetwork(network)).toBeUndefined();
  });

  it('has each address whose first bits are its own, and no other', () => {
    const address = fc
      .bigInt({ min: 0n, max: (1n << 128n) - 1n })
      .filter((value) => value >> 32n !== 0xffffn);
    const written = (value: bigint): string =>
      Array.from({ length: 8 }, (_, index) =>
        ((value >> BigInt(112 - 16 * index)) & 0xffffn).toString(16),
      ).join(':');
    fc.assert(
      fc.property(address, address, fc.integer({ min: 1, max: 128 }), (one, other, bits) => {
        const rest = BigInt(128 - bits);
        const network = `${written((one >> rest) << rest)}/${bits}`;
        // One that begins as mapped addresses do and is shorter is no address of IPv4.
        fc.pre(((one >> rest) << rest) >> 32n !== 0xffffn);
        expect(isIn(network, written(one))).toBe(true);
        expect(isIn(network, written(other))).toBe(one >> rest === other >> rest);
      }),
    );
  });
});
