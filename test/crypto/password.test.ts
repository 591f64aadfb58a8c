import { expect, it } from 'vitest';
import { hashPassword, verifyPassword } from '../../src/crypto/password.ts';
import { rootSecrets } from '../../src/crypto/root-secret.ts';

const secretsOf = (current: string, previous?: string) =>
  rootSecrets({
    PORTCULLIS_ENVIRONMENT: 'production',
    PORTCULLIS_SECRET: btoa(current.repeat(32)),
    ...(previous !== undefined && { PORTCULLIS_SECRET_PREVIOUS: btoa(previous.repeat(32)) }),
  });

it('matches the password and nothing else, to its last character', async () => {
  const secrets = await secretsOf('a');
  const long = 'p'.repeat(256);
  const stored = await hashPassword(secrets, long);
  expect(await verifyPassword(secrets, long, stored)).toBe(true);
  expect(await verifyPassword(secrets, `${long.slice(0, 255)}q`, stored)).toBe(false);
  expect(await verifyPassword(secrets, '', stored)).toBe(false);
});

it('salts: the same password gives another hash', async () => {
  const secrets = await secretsOf('a');
  expect(await hashPassword(secrets, 'the same password')).not.toBe(
    await hashPassword(secrets, 'the same password'),
  );
});

it('is peppered: storage and password are not enough under another root secret, and the previous one still reads', async () => {
  const stored = await hashPassword(await secretsOf('a'), 'the same password');
  expect(await verifyPassword(await secretsOf('b', 'a'), 'the same password', stored)).toBe(true);
  expect(await verifyPassword(await secretsOf('b'), 'the same password', stored)).toBe(false);
});

it('answers no without a stored hash, or with one that is malformed', async () => {
  const secrets = await secretsOf('a');
  expect(await verifyPassword(secrets, 'x', undefined)).toBe(false);
  expect(await verifyPassword(secrets, 'x', '$scrypt$garbage')).toBe(false);
});
