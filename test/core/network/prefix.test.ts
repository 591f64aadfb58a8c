import fc from 'fast-check';
import { expect, it } from 'vitest';
import { prefixOf } from '../../../src/core/network/prefix.ts';

it.each([
  ['203.0.113.7', '203.0.113.7'],
  ['::ffff:203.0.113.7', '203.0.113.7'],
  ['::ffff:cb00:7107', '203.0.113.7'],
  ['2001:db8:1:2:3:4:5:6', '2001:db8:1:2::/64'],
  ['2001:0DB8:0001:0002::', '2001:db8:1:2::/64'],
  ['2001:db8::1', '2001:db8:0:0::/64'],
  ['::2', '0:0:0:0::/64'],
])('%s is of %s', (address, prefix) => expect(prefixOf(address)).toBe(prefix));

it.each([
  '',
  'unknown',
  '127.0.0.1',
  '::1',
  '0:0:0:0:0:0:0:1',
  '1::2::3',
  '1:2:3',
  '1:2:3:4:5:6:7:8:9',
  'g::1',
  '::ffff:1.2.3',
  '::ffff:127.0.0.1',
  '203.0.113.700',
])('%j is of nobody', (address) => expect(prefixOf(address)).toBeUndefined());

it('whichever of its 2^64 addresses a household takes, it is the same one', () => {
  const group = fc.integer({ min: 0, max: 0xffff }).map((value) => value.toString(16));
  const half = fc.array(group, { minLength: 4, maxLength: 4 });
  fc.assert(
    fc.property(half, half, half, (network, one, other) => {
      fc.pre(network.some((text) => text !== '0'));
      const prefix = prefixOf([...network, ...one].join(':'));
      expect(prefix).toBeDefined();
      expect(prefixOf([...network, ...other].join(':'))).toBe(prefix);
    }),
  );
});
