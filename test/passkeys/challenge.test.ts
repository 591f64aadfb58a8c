import { describe, expect, it } from 'vitest';
import { rootSecrets } from '../../src/crypto/root-secret.ts';
import { type ChallengeFor, makeChallenge, openChallenge } from '../../src/passkeys/challenge.ts';

const secretOf = (letter: string) => btoa(letter.repeat(32));
const secrets = await rootSecrets({
  PORTCULLIS_ENVIRONMENT: 'production',
  PORTCULLIS_SECRET: secretOf('a'),
});
const rotated = await rootSecrets({
  PORTCULLIS_ENVIRONMENT: 'production',
  PORTCULLIS_SECRET: secretOf('b'),
  PORTCULLIS_SECRET_PREVIOUS: secretOf('a'),
});
const now = 1_794_647_100_000;
const expiresAt = now + 300_000;
const browser = 'AAAAAAAAAAAAAAAAAAAAAA';
const user: ChallengeFor = { purpose: 'register', userId: 'BBBBBBBBBBBBBBBBBBBBBB' };

describe('a challenge', () => {
  it('is opened in its browser, for its use, until it expires', async () => {
    const text = await makeChallenge(secrets, browser, user, expiresAt);
    expect(text).toMatch(/^[A-Za-z0-9_-]{48}$/);
    const opened = await openChallenge(secrets, text, browser, user, expiresAt - 1);
    expect(opened).toEqual({ challengeId: text.slice(0, 21) + opened?.challengeId.at(-1), expiresAt });
    expect(await openChallenge(secrets, text, browser, user, expiresAt)).toBeUndefined();
  });

  it.each<[string, string, ChallengeFor]>([
    ['another browser', 'AAAAAAAAAAAAAAAAAAAAAB', user],
    ['another user', browser, { purpose: 'register', userId: 'BBBBBBBBBBBBBBBBBBBBBA' }],
    ['a second factor', browser, { purpose: 'second_factor', userId: user.userId }],
    ['a sign-up', browser, { purpose: 'sign_up', userId: user.userId }],
    ['a sign-in', browser, { purpose: 'sign_in' }],
  ])('is not opened for %s', async (_, other, use) => {
    const text = await makeChallenge(secrets, browser, user, expiresAt);
    expect(await openChallenge(secrets, text, other, use, now)).toBeUndefined();
  });

  it('is never twice the same', async () => {
    const made = await Promise.all(
      Array.from({ length: 20 }, () => makeChallenge(secrets, browser, user, expiresAt)),
    );
    expect(new Set(made).size).toBe(20);
  });

  it('is not opened when any of it was changed', async () => {
    const text = await makeChallenge(secrets, browser, user, expiresAt);
    for (let at = 0; at < text.length; at += 1) {
      const changed = text.slice(0, at) + (text[at] === 'A' ? 'B' : 'A') + text.slice(at + 1);
      expect(await openChallenge(secrets, changed, browser, user, now)).toBeUndefined();
    }
    for (const other of ['', 'A', text.slice(1), `${text}A`, `${text.slice(0, -1)}=`])
      expect(await openChallenge(secrets, other, browser, user, now)).toBeUndefined();
  });

  it('outlives a rotation of the root secret', async () => {
    const text = await makeChallenge(secrets, browser, user, expiresAt);
    expect(await openChallenge(rotated, text, browser, user, now)).toMatchObject({ expiresAt });
    const newer = await makeChallenge(rotated, browser, user, expiresAt);
    expect(await openChallenge(secrets, newer, browser, user, now)).toBeUndefined();
  });
});
