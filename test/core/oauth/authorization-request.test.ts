import { describe, expect, it } from 'vitest';
import {
  checkAuthorizationRequest,
  type RegisteredClient,
} from '../../../src/core/oauth/authorization-request.ts';

const client: RegisteredClient = {
  clientId: 'client',
  applicationType: 'web',
  redirectUris: ['https://client.test/callback'],
  scope: ['openid'],
  resources: [],
  grantTypes: ['authorization_code'],
  tokenEndpointAuthMethod: 'none',
  requirePkce: true,
  requirePushedAuthorizationRequests: false,
  requireSignedRequestObject: false,
};

const usual = { acrValues: ['urn:portcullis:acr:single-factor'], secondFactorRequired: false };

function check(changes: Record<string, string>, of: Partial<RegisteredClient> = {}, offer = usual) {
  const parameters = new Map(
    Object.entries({
      response_type: 'code',
      redirect_uri: 'https://client.test/callback',
      scope: 'openid',
      nonce: 'n',
      code_challenge: 'E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM',
      code_challenge_method: 'S256',
      ...changes,
    }).filter(([, value]) => value !== ''),
  );
  return checkAuthorizationRequest(parameters, [], { ...client, ...of }, offer);
}

const withoutPkce = { code_challenge: '', code_challenge_method: '' };

describe('PKCE', () => {
  it('is required of a public client, whatever its configuration says', () => {
    expect(check(withoutPkce, { requirePkce: false })).toMatchObject({ error: 'invalid_request' });
    const confidential = { requirePkce: false, tokenEndpointAuthMethod: 'client_secret_basic' };
    expect(check(withoutPkce, confidential)).toMatchObject({ kind: 'valid', request: { codeChallenge: '' } });
  });
});

it('is refused of a client without the grant', () => {
  expect(check({}, { grantTypes: ['client_credentials'] })).toMatchObject({ error: 'unauthorized_client' });
});

it('does not let a client register itself on the way', () => {
  expect(check({ registration: '{}' })).toMatchObject({ error: 'registration_not_supported' });
});

describe('an error', () => {
  it('goes back in the form that was asked for, if there can be one', () => {
    const answer = { kind: 'redirected', error: 'invalid_scope' };
    expect(check({ scope: 'admin', response_mode: 'form_post' })).toMatchObject({
      ...answer,
      responseMode: 'form_post',
    });
    expect(check({ scope: 'admin', response_mode: 'fragment' })).toMatchObject({ responseMode: 'query' });
  });

  it('is shown when the redirect URI is not the client’s', () => {
    expect(check({ redirect_uri: 'https://evil.example/', scope: 'admin' }).kind).toBe('shown');
    expect(check({ redirect_uri: '' }).kind).toBe('shown');
  });
});

it('keeps of the acr values those that there are, and is not held up by the others', () => {
  const supported = 'urn:portcullis:acr:single-factor';
  expect(check({ acr_values: `x ${supported} y` })).toMatchObject({
    request: { acr: { values: [supported], essential: false } },
  });
  expect(check({ acr_values: 'x y' })).toMatchObject({ kind: 'valid', request: { acr: undefined } });
});

it('prefers what claims says of the acr', () => {
  const claims = '{"id_token":{"acr":{"essential":true,"value":"x"}}}';
  const outcome = check({ acr_values: 'urn:portcullis:acr:single-factor', claims });
  expect(outcome).toMatchObject({ error: 'unmet_authentication_requirements' });
});

it('lets a client name no claim that none of its scopes could bring it', () => {
  const claims = '{"id_token":{"email":null},"userinfo":{"email":{"essential":true},"phone_number":null}}';
  expect(check({ claims })).toMatchObject({ kind: 'valid', request: { claims: undefined } });
  const scope = ['openid', 'email', 'constructor'];
  expect(check({ claims }, { scope })).toMatchObject({
    request: { claims: { idToken: ['email'], userinfo: ['email'] } },
  });
});

describe('a client that the operator wants a second factor for', () => {
  const multi = 'urn:portcullis:acr:mfa';
  const strict = {
    acrValues: ['phr', multi, 'urn:portcullis:acr:single-factor'],
    secondFactorRequired: true,
  };
  const acrOf = (changes: Record<string, string>) => {
    const outcome = check(changes, {}, strict);
    return outcome.kind === 'valid' ? outcome.request.acr : outcome;
  };

  it('gets no sign-in without one, whatever it asks for', () => {
    const required = { values: [multi], essential: true };
    expect(acrOf({})).toEqual(required);
    expect(acrOf({ acr_values: 'urn:portcullis:acr:single-factor' })).toEqual(required);
    const weak = { id_token: { acr: { essential: true, value: 'urn:portcullis:acr:single-factor' } } };
    expect(acrOf({ claims: JSON.stringify(weak) })).toEqual(required);
  });

  it('may insist on more', () => {
    const strong = { id_token: { acr: { essential: true, value: 'phr' } } };
    expect(acrOf({ claims: JSON.stringify(strong) })).toEqual({ values: ['phr'], essential: true });
  });
});
