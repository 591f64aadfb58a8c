import { describe, expect, test } from 'vitest';
import { readIdToken } from '../../src/client/id-token.ts';
import { idToken } from './stand-in.ts';

const now = 1_800_000_000_000;
const claims = {
  iss: 'https://auth.example',
  aud: 'app',
  sub: 'ada',
  nonce: 'nonce',
  exp: now / 1000 + 300,
  name: 'Ada Lovelace, née Byron 🦋',
};
const expected = { issuer: 'https://auth.example', clientId: 'app', nonce: 'nonce', now };

test('the claims of a good ID token are the user, in any script', () => {
  expect(readIdToken(idToken(claims), expected)).toEqual(claims);
});

test('several audiences are fine when it was issued to us', () => {
  const several = { ...claims, aud: ['app', 'api'], azp: 'app' };
  expect(readIdToken(idToken(several), expected).sub).toBe('ada');
});

test('after a refresh the user must be the same, and a nonce is not needed', () => {
  const { nonce, ...refreshed } = claims;
  const { nonce: _, ...afterRefresh } = expected;
  expect(readIdToken(idToken(refreshed), { ...afterRefresh, subject: 'ada' }).sub).toBe('ada');
  expect(() => readIdToken(idToken(refreshed), { ...afterRefresh, subject: 'eve' })).toThrow(/sub/);
});

test('where a recent sign-in was asked for, the ID token says that it is one', () => {
  const recent = (auth_time: unknown) =>
    readIdToken(idToken({ ...claims, auth_time }), { ...expected, maxAge: 900 });
  expect(recent(now / 1000 - 900).sub).toBe('ada');
  expect(() => recent(now / 1000 - 961)).toThrow(/auth_time/);
  expect(() => recent(undefined)).toThrow(/auth_time/);
});

describe('refused:', () => {
  test.each([
    ['another issuer', { iss: 'https://evil.example' }, 'iss'],
    ['another client', { aud: 'other' }, 'aud'],
    ['no audience', { aud: undefined }, 'aud'],
    ['several audiences and issued to another', { aud: ['app', 'other'], azp: 'other' }, 'aud'],
    ['several audiences and nobody said for whom', { aud: ['app', 'other'] }, 'aud'],
    ['the nonce of another sign-in', { nonce: 'old' }, 'nonce'],
    ['no nonce', { nonce: undefined }, 'nonce'],
    ['expired', { exp: now / 1000 - 61 }, 'exp'],
    ['no expiry', { exp: undefined }, 'exp'],
    ['an expiry that is no number', { exp: '9999999999' }, 'exp'],
    ['no subject', { sub: undefined }, 'sub'],
  ])('%s', (_, change, fault) => {
    expect(() => readIdToken(idToken({ ...claims, ...change }), expected)).toThrow(
      expect.objectContaining({
        code: 'invalid_id_token',
        message: expect.stringMatching(new RegExp(`${fault}$`)),
      }),
    );
  });

  test.each([
    '',
    'a.b.c',
    'no token',
    `.${Buffer.from('null').toString('base64url')}.`,
    `.${Buffer.from('"x"').toString('base64url')}.`,
  ])('garbage: %j', (garbage) => {
    expect(() => readIdToken(garbage, expected)).toThrow(
      expect.objectContaining({ code: 'invalid_id_token' }),
    );
  });
});
