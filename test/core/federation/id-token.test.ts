import { describe, expect, it } from 'vitest';
import { expectedIssuer, judgeIdToken } from '../../../src/core/federation/id-token.ts';
import { microsoftIssuer } from '../../../src/core/federation/presets.ts';

const tenant = '72f988bf-86f1-41af-91ab-2d7cd011db47';
const issuer = 'https://id.example';
const microsoft = microsoftIssuer('https://login.microsoftonline.com', 'common');
const ofTenant = `https://login.microsoftonline.com/${tenant}/v2.0`;
const right = { iss: issuer, aud: 'app', sub: 'ada' };
const rules = { issuer, clientId: 'app', keyIssuer: undefined };

it('names whoever it is about, by issuer and subject', () => {
  expect(judgeIdToken(right, rules)).toEqual({ kind: 'identity', identity: { issuer, subject: 'ada' } });
  expect(judgeIdToken({ ...right, aud: ['app', 'other'], azp: 'app' }, rules).kind).toBe('identity');
});

it.each<[string, object]>([
  ['wrong_issuer', { iss: 'https://other.example' }],
  ['wrong_issuer', { iss: undefined }],
  ['wrong_issuer', { iss: `${issuer}/` }],
  ['wrong_audience', { aud: 'other' }],
  ['wrong_audience', { aud: undefined }],
  ['wrong_audience', { azp: 'other' }],
  ['wrong_audience', { aud: ['app', 'other'], azp: ['app'] }],
  ['no_subject', { sub: undefined }],
  ['no_subject', { sub: 7 }],
  ['no_subject', { sub: '' }],
  ['no_subject', { sub: 'x'.repeat(256) }],
])('refuses one for %s: %j', (reason, changes) => {
  expect(judgeIdToken({ ...right, ...changes }, rules)).toEqual({ kind: 'refused', reason });
});

describe('a sign-in that had to be a new one', () => {
  const since = 1_800_000_000;
  const judged = (auth_time: unknown, signedInSince: number | undefined = since) =>
    judgeIdToken({ ...right, auth_time }, { ...rules, signedInSince });

  it.each([since - 301, since - 86_400, 0, 'now', null])('refuses an auth_time of %s', (authTime) => {
    expect(judged(authTime)).toEqual({ kind: 'refused', reason: 'old_sign_in' });
  });

  it('takes one of since then, give or take a clock, and the word of a provider that tells no time', () => {
    for (const authTime of [since - 300, since, since + 60, undefined])
      expect(judged(authTime).kind).toBe('identity');
  });

  it('is no matter where nobody asked for it', () => {
    expect(judgeIdToken({ ...right, auth_time: 0 }, rules).kind).toBe('identity');
  });
});

it('takes the issuer of the very tenant that a token names, where a provider has many', () => {
  expect(expectedIssuer(microsoft, { tid: tenant })).toBe(ofTenant);
  for (const tid of [undefined, '', 'common', '{tenantid}', `${tenant}/x`, tenant.toUpperCase(), 7])
    expect(expectedIssuer(microsoft, { tid })).toBeUndefined();
  // Of one tenant, or of another provider, it is fixed.
  expect(expectedIssuer(issuer, { tid: tenant })).toBe(issuer);
  expect(microsoftIssuer('https://login.microsoftonline.com', tenant)).toBe(ofTenant);
});

it('refuses a key that signs the tokens of another issuer', () => {
  const claims = { ...right, iss: ofTenant, tid: tenant };
  const judged = (keyIssuer: unknown) =>
    judgeIdToken(claims, { issuer: microsoft, clientId: 'app', keyIssuer });
  for (const keyIssuer of [undefined, microsoft, ofTenant]) expect(judged(keyIssuer).kind).toBe('identity');
  for (const keyIssuer of [ofTenant.replace('7', '8'), 7, ''])
    expect(judged(keyIssuer)).toEqual({ kind: 'refused', reason: 'wrong_key' });
});
