import { expect, it } from 'vitest';
import { rootSecrets } from '../../src/crypto/root-secret.ts';
import { seal, unseal } from '../../src/crypto/seal.ts';

const secretsOf = (current: string, previous?: string) =>
  rootSecrets({
    PORTCULLIS_ENVIRONMENT: 'production',
    PORTCULLIS_SECRET: btoa(current.repeat(32)),
    ...(previous !== undefined && { PORTCULLIS_SECRET_PREVIOUS: btoa(previous.repeat(32)) }),
  });

it('opens what it sealed, for the same purpose, until it expires', async () => {
  const secrets = await secretsOf('a');
  const sealed = await seal(secrets, 'seal-sign-in', { a: 1 }, 1000);
  expect(await unseal(secrets, 'seal-sign-in', sealed, 999)).toEqual({ a: 1 });
  expect(await unseal(secrets, 'seal-sign-in', sealed, 1000)).toBeUndefined();
  expect(await unseal(secrets, 'seal-gate-session', sealed, 999)).toBeUndefined();
  expect(await unseal(await secretsOf('b', 'a'), 'seal-sign-in', sealed, 999)).toEqual({ a: 1 });
  expect(await unseal(await secretsOf('b'), 'seal-sign-in', sealed, 999)).toBeUndefined();
});

it('shows nothing of what it holds, and refuses any change', async () => {
  const secrets = await secretsOf('a');
  const sealed = await seal(secrets, 'seal-sign-in', { user: 'ada-lovelace' }, 1000);
  expect(atob(sealed.split('.')[3]?.replaceAll('-', '+').replaceAll('_', '/') ?? '')).not.toContain('ada');
  const changed = sealed.replace(/.(?=[^.]*$)/, (letter) => (letter === 'A' ? 'B' : 'A'));
  expect(await unseal(secrets, 'seal-sign-in', changed, 0)).toBeUndefined();
});

it.each([undefined, '', 'garbage', 'a.b.c.d.e', 'eyJhbGciOiJub25lIn0....', 'x'.repeat(50_000)])(
  'answers nothing for %.20j',
  async (text) => {
    expect(await unseal(await secretsOf('a'), 'seal-sign-in', text, 0)).toBeUndefined();
  },
);
