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

function check(changes: Record<string, string>, of: Partial<RegisteredClient> = {}) {
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
  return checkAuthorizationRequest(parameters, [], { ...client, ...of });
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
