import { expect, it } from 'vitest';
import { parseClaims } from '../../../src/core/oauth/claims-request.ts';

const parse = (value: unknown) => parseClaims(JSON.stringify(value));
const nothing = { idToken: [], userinfo: [], acr: undefined, subject: undefined };

it('keeps the names that are asked for, however they are', () => {
  expect(
    parse({
      id_token: { email: null, given_name: { essential: true } },
      userinfo: { phone_number: { value: '+1' }, address: {} },
    }),
  ).toEqual({ ...nothing, idToken: ['email', 'given_name'], userinfo: ['phone_number', 'address'] });
});

it('ignores what it does not know', () => {
  expect(
    parse({
      id_token: { favourite_colour: null, 'name#ja': null, constructor: null },
      verified_claims: {},
      other: 1,
    }),
  ).toEqual(nothing);
  expect(parse({ id_token: null, userinfo: null })).toEqual(nothing);
});

it.each([
  [{ value: 'a' }, { values: ['a'], essential: false }],
  [
    { essential: true, values: ['a', 'b'] },
    { values: ['a', 'b'], essential: true },
  ],
  [
    { essential: 'true', values: ['a', 1] },
    { values: ['a'], essential: false },
  ],
  [{ essential: true }, undefined],
])('reads how the sign-in should be: %j', (acr, expected) => {
  expect(parse({ id_token: { acr } })?.acr).toEqual(expected);
});

it('reads who should be signed in, from either part', () => {
  expect(parse({ id_token: { sub: { value: 'ada' } } })?.subject).toBe('ada');
  expect(parse({ userinfo: { sub: { value: 'ada' } } })?.subject).toBe('ada');
});

it('refuses two people at once', () => {
  expect(parse({ id_token: { sub: { value: 'ada' } }, userinfo: { sub: { value: 'bob' } } })).toBeUndefined();
});

it.each([
  '',
  '{',
  '[]',
  'null',
  '"text"',
  '1',
  '{"id_token":1}',
  '{"userinfo":[]}',
  '{"id_token":{"acr":"a"}}',
])('refuses what has another form: %s', (json) => {
  expect(parseClaims(json)).toBeUndefined();
});
