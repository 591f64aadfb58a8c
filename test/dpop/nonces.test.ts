import { expect, it } from 'vitest';
import { rootSecrets } from '../../src/crypto/root-secret.ts';
import { createNonces } from '../../src/dpop/nonces.ts';

const secretOf = (byte: number) => btoa(String.fromCharCode(...new Uint8Array(32).fill(byte)));
const secrets = (current: number, previous?: number) =>
  rootSecrets({
    PORTCULLIS_ENVIRONMENT: 'production',
    PORTCULLIS_SECRET: secretOf(current),
    ...(previous !== undefined && { PORTCULLIS_SECRET_PREVIOUS: secretOf(previous) }),
  });
const minute = 60_000;
const start = 1_800_000_000_000;

async function at(time: number, current = 1, previous?: number) {
  return createNonces(await secrets(current, previous), () => start + time);
}

it('is the same in every isolate, and another five minutes later', async () => {
  const nonce = await (await at(0)).current();
  expect(nonce).toMatch(/^[\w-]{22}$/);
  expect(await (await at(5 * minute - 1)).current()).toBe(nonce);
  expect(await (await at(5 * minute)).current()).not.toBe(nonce);
});

it('is accepted for five minutes after the next one came, and no longer', async () => {
  const nonce = await (await at(0)).current();
  expect(await (await at(0)).accepts(nonce)).toBe(true);
  expect(await (await at(10 * minute - 1)).accepts(nonce)).toBe(true);
  expect(await (await at(10 * minute)).accepts(nonce)).toBe(false);
});

it('is accepted from an isolate whose clock is a slice ahead, and no further', async () => {
  expect(await (await at(0)).accepts(await (await at(5 * minute)).current())).toBe(true);
  expect(await (await at(0)).accepts(await (await at(10 * minute)).current())).toBe(false);
});

it('outlives the root secret that made it while that one is still accepted', async () => {
  const nonce = await (await at(0)).current();
  expect(await (await at(0, 2, 1)).accepts(nonce)).toBe(true);
  expect(await (await at(0, 2)).accepts(nonce)).toBe(false);
});

it.each(['', 'x', 'A'.repeat(22), 'A'.repeat(21), '!'.repeat(22), 'A'.repeat(5000)])(
  'refuses %j',
  async (text) => {
    expect(await (await at(0)).accepts(text)).toBe(false);
  },
);
