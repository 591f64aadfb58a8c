import { describe, expect, it } from 'vitest';
import { appleName } from '../../../src/core/federation/apple.ts';
import { githubIdentity, githubPerson } from '../../../src/core/federation/github.ts';
import { federatedPerson, shownName } from '../../../src/core/federation/person.ts';
import { presets } from '../../../src/core/federation/presets.ts';

const nobody = { emailDomains: [] };
const google = presets.google;
const verified = (
  email: string,
  claims: object = {},
  authority: Parameters<typeof federatedPerson>[2] = google,
) => federatedPerson({ email, email_verified: true, ...claims }, {}, authority).emailVerified;

describe('an email is verified', () => {
  it('only where the provider keeps the mailbox itself', () => {
    expect(verified('ada@gmail.com')).toBe(true);
    expect(verified('Ada@GMail.com')).toBe(true);
    expect(verified('ada@example.com')).toBe(false);
    expect(verified('ada@gmail.com.example.com')).toBe(false);
    expect(verified('ada@notgmail.com')).toBe(false);
    expect(verified('ada@gmail.com', {}, presets.microsoft)).toBe(false);
    expect(verified('ada@gmail.com', {}, nobody)).toBe(false);
    expect(verified('ada@acme.org', {}, { emailDomains: ['acme.org'] })).toBe(true);
  });

  it('in the domain of the organisation that the provider says it is of, and no other', () => {
    expect(verified('ada@acme.org', { hd: 'acme.org' })).toBe(true);
    expect(verified('ada@acme.org', { hd: 'other.org' })).toBe(false);
    expect(verified('ada@acme.org', { hd: true })).toBe(false);
    expect(verified('ada@acme.org', { hd: 'acme.org' }, nobody)).toBe(false);
  });

  it('only where the provider says so', () => {
    const said = (email_verified: unknown) =>
      federatedPerson({ email: 'ada@gmail.com', email_verified }, {}, google).emailVerified;
    expect([true, 'true'].map(said)).toEqual([true, true]);
    expect([false, 'false', 1, undefined, null, 'yes'].map(said)).not.toContain(true);
  });

  it('by whoever says the address itself', () => {
    const idToken = { email: 'ada@gmail.com', email_verified: true };
    expect(federatedPerson(idToken, { email: 'eve@gmail.com' }, google)).toMatchObject({
      email: 'eve@gmail.com',
      emailVerified: false,
    });
    expect(federatedPerson(idToken, { email_verified: false, name: 'Ada' }, google).emailVerified).toBe(true);
  });
});

it('reads what is of another form than it has to be as not there', () => {
  expect(federatedPerson({ email: 'a@b, c@d', name: 7 }, { name: ['x'] }, google)).toEqual({
    email: undefined,
    emailVerified: false,
    name: undefined,
  });
  expect(shownName(' Ada\u0000\n Lovelace ')).toBe('Ada Lovelace');
  expect(shownName('\u200b\u0007')).toBeUndefined();
  expect(shownName(`${'x'.repeat(99)}😀`)).toBe('x'.repeat(99));
  expect(federatedPerson({ given_name: 'Ada', family_name: 'Lovelace' }, {}, google).name).toBe(
    'Ada Lovelace',
  );
});

it('reads the name that Apple tells once', () => {
  expect(appleName('{"name":{"firstName":"Ada","lastName":"Lovelace"}}')).toEqual({
    given_name: 'Ada',
    family_name: 'Lovelace',
  });
  for (const user of [
    null,
    '',
    '[',
    '[]',
    'null',
    '{"name":"Ada"}',
    '{"name":{"firstName":7}}',
    'x'.repeat(2000),
  ])
    expect(appleName(user)).toEqual({});
});

it('knows people of GitHub by their number', () => {
  expect(githubIdentity({ id: 1, login: 'a' })).toEqual({ issuer: 'https://github.com', subject: '1' });
  for (const user of [{ id: '1' }, { id: 0 }, { id: 2 ** 53 }, {}, null, [], 'x'])
    expect(githubIdentity(user)).toBeUndefined();
  const emails = [
    { email: 'first@example.com', primary: false, verified: true },
    { email: 'primary@example.com', primary: true, verified: false },
  ];
  expect(githubPerson({ login: 'a' }, emails, nobody)).toEqual({
    email: undefined,
    emailVerified: false,
    name: 'a',
  });
  expect(githubPerson({}, { message: 'Not Found' }, nobody).email).toBeUndefined();
});
