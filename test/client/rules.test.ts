import * as oauth from 'oauth4webapi';
import { describe, expect, test } from 'vitest';
import { readAuthorizationResponse } from '../../src/client/authorization.ts';
import { readIdToken } from '../../src/client/id-token.ts';
import { idToken } from './stand-in.ts';

// oauth4webapi does not fit into the size of the SDK. What it refuses, the SDK must refuse as well.

const issuer = 'https://auth.example';
const server: oauth.AuthorizationServer = {
  issuer,
  authorization_response_iss_parameter_supported: true,
  id_token_signing_alg_values_supported: ['RS256'],
};
const client: oauth.Client = { client_id: 'app' };

const verdict = async (judge: () => unknown): Promise<'taken' | 'refused'> => {
  try {
    await judge();
    return 'taken';
  } catch {
    return 'refused';
  }
};

describe('an authorization response', () => {
  const iss = `iss=${encodeURIComponent(issuer)}`;
  test.each([
    [`code=abc&state=s&${iss}`, 'taken'],
    [`code=abc&state=s&${iss}&more=1`, 'taken'],
    [`error=access_denied&state=s&${iss}`, 'refused'],
    [`error=access_denied&code=abc&state=s&${iss}`, 'refused'],
    ['code=abc&state=s', 'refused'],
    ['code=abc&state=s&iss=', 'refused'],
    ['code=abc&state=s&iss=https%3A%2F%2Fevil.example', 'refused'],
    [`code=abc&state=s&${iss}%2F`, 'refused'],
    [`code=abc&state=s&${iss}&${iss}`, 'refused'],
    [`code=abc&state=s&state=s&${iss}`, 'refused'],
    [`code=abc&error=a&error=b&state=s&${iss}`, 'refused'],
    [`state=s&${iss}`, 'refused'],
  ])('%s: %s', async (query, expected) => {
    const theirs = await verdict(() => {
      const parameters = oauth.validateAuthResponse(server, client, new URLSearchParams(query), 's');
      // It leaves it to its caller to find no code there.
      if (!parameters.get('code')) throw new Error('no code');
    });
    expect(theirs).toBe(expected);
    expect(await verdict(() => readAuthorizationResponse(new URLSearchParams(query), issuer))).toBe(expected);
  });
});

describe('an ID token', () => {
  const seconds = Math.floor(Date.now() / 1000);
  const good = {
    iss: issuer,
    aud: 'app',
    sub: 'ada',
    nonce: 'nonce',
    iat: seconds,
    exp: seconds + 300,
    auth_time: seconds - 100,
  };

  test.each([
    ['as it should be', {}, 'taken'],
    ['for several, issued to us', { aud: ['app', 'api'], azp: 'app' }, 'taken'],
    ['in a list of one', { aud: ['app'] }, 'taken'],
    ['of another issuer', { iss: 'https://evil.example' }, 'refused'],
    ['of no issuer', { iss: undefined }, 'refused'],
    ['for somebody else', { aud: 'other' }, 'refused'],
    ['for others', { aud: ['other', 'api'] }, 'refused'],
    ['for nobody', { aud: undefined }, 'refused'],
    ['for several, issued to another', { aud: ['app', 'other'], azp: 'other' }, 'refused'],
    ['for several, issued to nobody knows whom', { aud: ['app', 'other'] }, 'refused'],
    ['with another nonce', { nonce: 'old' }, 'refused'],
    ['with no nonce', { nonce: undefined }, 'refused'],
    ['expired', { exp: seconds - 120 }, 'refused'],
    ['that never expires', { exp: undefined }, 'refused'],
    ['whose expiry is a text', { exp: `${seconds + 300}` }, 'refused'],
    ['about nobody', { sub: undefined }, 'refused'],
    ['about a number', { sub: 7 }, 'refused'],
    ['of a sign-in that is too old', { auth_time: seconds - 2000 }, 'refused'],
    ['that does not say when', { auth_time: undefined }, 'refused'],
  ])('%s: %s', async (_, changes, expected) => {
    const token = idToken({ ...good, ...changes });
    const theirs = await verdict(async () => {
      const header = Buffer.from(JSON.stringify({ alg: 'RS256' })).toString('base64url');
      const id_token = [header, ...token.split('.').slice(1)].join('.');
      const body = { access_token: 'access', token_type: 'bearer', expires_in: 300, id_token };
      await oauth.processAuthorizationCodeResponse(server, client, Response.json(body), {
        expectedNonce: 'nonce',
        maxAge: 900,
        requireIdToken: true,
      });
    });
    expect(theirs).toBe(expected);
    const ours = await verdict(() =>
      readIdToken(token, { issuer, clientId: 'app', nonce: 'nonce', maxAge: 900, now: Date.now() }),
    );
    expect(ours).toBe(expected);
  });
});
