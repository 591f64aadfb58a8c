import { describe, expect, test } from 'vitest';
import {
  authorizationUrl,
  isResponse,
  readAuthorizationResponse,
  withoutResponse,
} from '../../src/client/authorization.ts';

const issuer = 'https://auth.example';
const request = {
  issuer,
  clientId: 'app',
  redirectUri: 'https://app.example/',
  scope: 'openid email',
  resources: ['https://api.example/a', 'https://api.example/b'],
  state: 'state',
  nonce: 'nonce',
  codeChallenge: 'challenge',
  silent: false,
};

describe('the request', () => {
  test('asks for a code with S256, state and nonce, for every resource', () => {
    const url = new URL(authorizationUrl(request));
    expect(url.origin + url.pathname).toBe('https://auth.example/oauth/authorize');
    expect([...url.searchParams]).toEqual([
      ['response_type', 'code'],
      ['client_id', 'app'],
      ['redirect_uri', 'https://app.example/'],
      ['scope', 'openid email'],
      ['state', 'state'],
      ['nonce', 'nonce'],
      ['code_challenge', 'challenge'],
      ['code_challenge_method', 'S256'],
      ['claims', '{"id_token":{"email":null,"email_verified":null}}'],
      ['resource', 'https://api.example/a'],
      ['resource', 'https://api.example/b'],
    ]);
  });

  test('asks for claims in the ID token only where a scope allows them', () => {
    const claims = (scope: string) =>
      new URL(authorizationUrl({ ...request, scope })).searchParams.get('claims');
    expect(claims('openid')).toBeNull();
    expect(claims('openid profile')).toBe('{"id_token":{"name":null}}');
  });

  test('says how the person should sign in, and what the transport adds', () => {
    const url = authorizationUrl({ ...request, acrValues: 'gold', maxAge: 0, more: { dpop_jkt: 'key' } });
    expect(Object.fromEntries(new URL(url).searchParams)).toMatchObject({
      acr_values: 'gold',
      max_age: '0',
      dpop_jkt: 'key',
    });
  });

  test('a silent one asks the issuer to ask nothing', () => {
    expect(new URL(authorizationUrl({ ...request, silent: true })).searchParams.get('prompt')).toBe('none');
  });
});

describe('the answer', () => {
  const read = (query: string) => readAuthorizationResponse(new URLSearchParams(query), issuer);

  test('a code from the issuer is taken', () => {
    expect(read('code=abc&state=s&iss=https%3A%2F%2Fauth.example')).toBe('abc');
  });

  test('an error is thrown with its description', () => {
    expect(() =>
      read('error=access_denied&error_description=No&state=s&iss=https%3A%2F%2Fauth.example'),
    ).toThrow(expect.objectContaining({ code: 'access_denied', message: 'No' }));
  });

  test.each([
    ['from another issuer', 'code=abc&state=s&iss=https%3A%2F%2Fevil.example', 'issuer_mismatch'],
    [
      'from an issuer with a slash more',
      'code=abc&state=s&iss=https%3A%2F%2Fauth.example%2F',
      'issuer_mismatch',
    ],
    ['without an issuer', 'code=abc&state=s', 'issuer_mismatch'],
    [
      'an error from another issuer',
      'error=access_denied&state=s&iss=https%3A%2F%2Fevil.example',
      'issuer_mismatch',
    ],
    ['with two codes', 'code=abc&code=def&state=s&iss=https%3A%2F%2Fauth.example', 'invalid_response'],
    ['with two states', 'code=abc&state=s&state=t&iss=https%3A%2F%2Fauth.example', 'invalid_response'],
    [
      'with two issuers',
      'code=abc&iss=https%3A%2F%2Fauth.example&iss=https%3A%2F%2Fevil.example',
      'invalid_response',
    ],
    ['with nothing in it', 'state=s&iss=https%3A%2F%2Fauth.example', 'invalid_response'],
    ['with an empty code', 'code=&state=s&iss=https%3A%2F%2Fauth.example', 'invalid_response'],
  ])('%s is refused', (_, query, code) => {
    expect(() => read(query)).toThrow(expect.objectContaining({ code }));
  });

  test('only the redirect URI itself takes one, and only with a state and a code or an error', () => {
    const at = (url: string) => isResponse(new URL(url), 'https://app.example/back?tenant=1');
    expect(at('https://app.example/back?tenant=1&state=s&code=c')).toBe(true);
    expect(at('https://app.example/back?state=s&error=e')).toBe(true);
    expect(at('https://app.example/back?tenant=1&code=c')).toBe(false);
    // An app may have a state of its own.
    expect(at('https://app.example/back?state=open')).toBe(false);
    expect(at('https://app.example/other?state=s&code=c')).toBe(false);
    expect(at('https://elsewhere.example/back?state=s&code=c')).toBe(false);
  });

  test('nothing of it stays in the address', () => {
    expect(
      withoutResponse(
        new URL(
          'https://app.example/?tenant=1&code=c&state=s&iss=i&error=e&error_description=d&error_uri=u#top',
        ),
      ),
    ).toBe('https://app.example/?tenant=1#top');
  });
});
