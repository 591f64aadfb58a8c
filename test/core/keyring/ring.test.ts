import { expect, it } from 'vitest';
import {
  activeKey,
  inPublishedOrder,
  missingAlgorithms,
  type RingKey,
} from '../../../src/core/keyring/ring.ts';

const key = (kid: string, alg: string, state: RingKey['state'], createdAt: number): RingKey => ({
  kid,
  alg,
  state,
  createdAt,
  activatedAt: state === 'next' ? null : createdAt,
  retiredAt: state === 'retired' ? createdAt + 1 : null,
});

it('signs with the active key of the algorithm, never with one that is next or retired', () => {
  const ring = [
    key('a', 'ES256', 'retired', 1),
    key('b', 'ES256', 'active', 2),
    key('c', 'ES256', 'next', 3),
    key('d', 'RS256', 'next', 3),
  ];
  expect(activeKey(ring, 'ES256')?.kid).toBe('b');
  expect(activeKey(ring, 'RS256')).toBeUndefined();
});

it('misses an algorithm until one of its keys is active', () => {
  expect(missingAlgorithms([], ['ES256', 'RS256'])).toEqual(['ES256', 'RS256']);
  expect(
    missingAlgorithms([key('a', 'ES256', 'active', 1), key('b', 'RS256', 'retired', 1)], ['ES256', 'RS256']),
  ).toEqual(['RS256']);
});

it('publishes in one order however the ring was read, a newer key after the older ones of its algorithm', () => {
  const ring = [
    key('z', 'ES256', 'retired', 1),
    key('b', 'ES256', 'active', 2),
    key('y', 'RS256', 'active', 1),
    key('c', 'RS256', 'active', 1),
    key('a', 'ES256', 'next', 3),
  ];
  const order = ['z', 'b', 'a', 'c', 'y'];
  expect(inPublishedOrder(ring).map(({ kid }) => kid)).toEqual(order);
  expect(inPublishedOrder(ring.toReversed()).map(({ kid }) => kid)).toEqual(order);
});
