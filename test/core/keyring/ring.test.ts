import { expect, it } from 'vitest';
import { inPublishedOrder, type RingKey, signerAt } from '../../../src/core/keyring/ring.ts';

const key = (
  kid: string,
  alg: string,
  state: RingKey['state'],
  createdAt: number,
  activeFrom: number | null = null,
) => ({ kid, alg, state, createdAt, activeFrom });

it('signs with the active key of the algorithm, never with one that is retired or undecided', () => {
  const ring = [
    key('a', 'ES256', 'retired', 1, 1),
    key('b', 'ES256', 'active', 2, 2),
    key('c', 'ES256', 'next', 3),
    key('d', 'RS256', 'next', 3),
  ];
  expect(signerAt(ring, 'ES256', 1e9)?.kid).toBe('b');
  expect(signerAt(ring, 'RS256', 1e9)).toBeUndefined();
});

it('goes over to the next key at the very moment that was set', () => {
  const ring = [key('a', 'ES256', 'active', 1, 1), key('b', 'ES256', 'next', 2, 10)];
  expect(signerAt(ring, 'ES256', 9)?.kid).toBe('a');
  expect(signerAt(ring, 'ES256', 10)?.kid).toBe('b');
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
