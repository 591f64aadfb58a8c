import { expect, it } from 'vitest';
import { rootSecrets } from '../../src/crypto/root-secret.ts';
import { newSecret } from '../../src/crypto/token.ts';
import { candidateSuccessor, replayedSuccessor } from '../../src/grants/refresh-chain.ts';

const secretsOf = (current: string, previous?: string) =>
  rootSecrets({
    PORTCULLIS_ENVIRONMENT: 'production',
    PORTCULLIS_SECRET: btoa(current.repeat(32)),
    ...(previous !== undefined && { PORTCULLIS_SECRET_PREVIOUS: btoa(previous.repeat(32)) }),
  });

it('derives the same successor again from the salt, also after the root secret was replaced', async () => {
  const presented = newSecret();
  const { secret, salt, hash } = await candidateSuccessor(await secretsOf('a'), presented);
  expect(await replayedSuccessor(await secretsOf('a'), presented, salt, hash)).toEqual(secret);
  expect(await replayedSuccessor(await secretsOf('b', 'a'), presented, salt, hash)).toEqual(secret);
});

it('derives nothing without the key, without the presented secret, or with another salt', async () => {
  const presented = newSecret();
  const { salt, hash } = await candidateSuccessor(await secretsOf('a'), presented);
  expect(await replayedSuccessor(await secretsOf('b'), presented, salt, hash)).toBeUndefined();
  expect(await replayedSuccessor(await secretsOf('a'), newSecret(), salt, hash)).toBeUndefined();
  expect(
    await replayedSuccessor(await secretsOf('a'), presented, salt.with(0, (salt[0] ?? 0) ^ 1), hash),
  ).toBeUndefined();
});

it('makes another candidate at every attempt', async () => {
  const presented = newSecret();
  const [one, two] = [
    await candidateSuccessor(await secretsOf('a'), presented),
    await candidateSuccessor(await secretsOf('a'), presented),
  ];
  expect(one.hash).not.toEqual(two.hash);
});
