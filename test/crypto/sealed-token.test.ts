import { base64url } from 'jose';
import { expect, it } from 'vitest';
import { rootSecrets } from '../../src/crypto/root-secret.ts';
import { openToken, sealToken } from '../../src/crypto/sealed-token.ts';

const environment = {
  PORTCULLIS_ENVIRONMENT: 'development',
  PORTCULLIS_SECRET: btoa('0123456789abcdef0123456789abcdef'),
};
const secrets = await rootSecrets(environment);
const claims = { sub: 'somebody', scope: 'notes:read' };

it('opens what it sealed, and shows nothing of it', async () => {
  const token = await sealToken(secrets, claims);
  expect(token).toMatch(/^pc_at_[A-Za-z0-9_-]+$/);
  expect(atob(token.slice(6).replaceAll('-', '+').replaceAll('_', '/'))).not.toContain('somebody');
  expect(await openToken(secrets, token)).toEqual(claims);
});

it('seals the same twice into two tokens', async () => {
  expect(await sealToken(secrets, claims)).not.toBe(await sealToken(secrets, claims));
});

it('opens what the previous root secret sealed, and nothing of one that is gone', async () => {
  const token = await sealToken(secrets, claims);
  const next = { ...environment, PORTCULLIS_SECRET: btoa('another secret of 32 bytes, later') };
  const previous = await rootSecrets({ ...next, PORTCULLIS_SECRET_PREVIOUS: environment.PORTCULLIS_SECRET });
  expect(await openToken(previous, token)).toEqual(claims);
  expect(await openToken(await rootSecrets(next), token)).toBeUndefined();
});

it('refuses a token with any one bit changed', async () => {
  const token = await sealToken(secrets, claims);
  const bytes = base64url.decode(token.slice(6));
  for (let bit = 0; bit < bytes.length * 8; bit += 1) {
    const changed = Uint8Array.from(bytes);
    changed[bit >> 3] = (changed[bit >> 3] ?? 0) ^ (1 << (bit & 7));
    expect(await openToken(secrets, `pc_at_${base64url.encode(changed)}`), `bit ${bit}`).toBeUndefined();
  }
});

it.each([
  '',
  'pc_at_',
  'pc_at_A',
  'pc_at_AAAA',
  'pc_at_AAAAA',
  `pc_at_${'A'.repeat(9000)}`,
  'pc_rt_AAAA',
  'pc_at_é',
])('refuses %j', async (text) => {
  expect(await openToken(secrets, text)).toBeUndefined();
});

it('has one spelling', async () => {
  // The last character of 2 bytes carries 2 bits that stand for nothing.
  let token = await sealToken(secrets, claims);
  for (let filler = ''; (token.length - 6) % 4 !== 3; filler += 'x')
    token = await sealToken(secrets, { ...claims, filler });
  const alphabet = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_';
  const last = alphabet.indexOf(token.slice(-1));
  expect(last % 4).toBe(0);
  expect(await openToken(secrets, token)).toBeDefined();
  expect(await openToken(secrets, token.slice(0, -1) + alphabet[last + 1])).toBeUndefined();
});
