import * as oauth from 'oauth4webapi';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { type Runtime, startRuntime } from '../runtime/runtime.ts';
import { Person } from './person.ts';

// oauth4webapi keeps sending and judging apart: every `process…` below is its strict judgement of an answer of ours.

/** The issuer is http on localhost in development. */
const insecure = { [oauth.allowInsecureRequests]: true };
const client: oauth.Client = { client_id: 'demo' };
const none = oauth.None();

let runtime: Runtime;
let server: oauth.AuthorizationServer;
let redirectUri: string;
beforeAll(async () => {
  runtime = await startRuntime();
  redirectUri = `${runtime.url}/demo/`;
  const issuer = new URL(runtime.url);
  const response = await oauth.discoveryRequest(issuer, insecure);
  server = await oauth.processDiscoveryResponse(issuer, response);
});
afterAll(() => runtime.stop());

/** Sends a person to the authorization endpoint with `changes`; the address they come back to is in the browser. */
async function visit(person: Person, changes: Record<string, string> = {}) {
  const codeVerifier = oauth.generateRandomCodeVerifier();
  const state = oauth.generateRandomState();
  const nonce = oauth.generateRandomNonce();
  const url = new URL(server.authorization_endpoint ?? '');
  url.search = new URLSearchParams({
    client_id: 'demo',
    response_type: 'code',
    redirect_uri: redirectUri,
    scope: 'openid profile email demo:read',
    code_challenge: await oauth.calculatePKCECodeChallenge(codeVerifier),
    code_challenge_method: 'S256',
    state,
    nonce,
    ...changes,
  }).toString();
  await person.browser.open(url.href);
  return { codeVerifier, state, nonce };
}

/** What the client makes of the address that the browser came back to. */
const callback = (person: Person, state: string) =>
  oauth.validateAuthResponse(server, client, new URL(person.browser.page.url), state);

async function newcomer() {
  const person = new Person(runtime.url);
  const { codeVerifier, state, nonce } = await visit(person);
  await person.browser.follow('Sign up');
  await person.signUpHere();
  const parameters = callback(person, state);
  const request = () =>
    oauth.authorizationCodeGrantRequest(
      server,
      client,
      none,
      parameters,
      redirectUri,
      codeVerifier,
      insecure,
    );
  const response = await request();
  const tokens = await oauth.processAuthorizationCodeResponse(server, client, response, {
    expectedNonce: nonce,
    requireIdToken: true,
    maxAge: 60,
  });
  return { person, response, tokens, claims: oauth.getValidatedIdTokenClaims(tokens), redeemAgain: request };
}

async function refresh(refreshToken: string | undefined, parameters: Record<string, string> = {}) {
  const options = { ...insecure, additionalParameters: parameters };
  const response = await oauth.refreshTokenGrantRequest(server, client, none, refreshToken ?? '', options);
  return oauth.processRefreshTokenResponse(server, client, response);
}

/** What a resource server of theirs would make of an access token. */
const resourceServer = (accessToken: string, audience: string, algorithm = 'ES256') =>
  oauth.validateJwtAccessToken(
    server,
    new Request(runtime.url, { headers: { Authorization: `Bearer ${accessToken}` } }),
    audience,
    { ...insecure, signingAlgorithms: [algorithm] },
  );

describe('oauth4webapi', () => {
  test('accepts both discovery documents', async () => {
    const issuer = new URL(runtime.url);
    const response = await oauth.discoveryRequest(issuer, { ...insecure, algorithm: 'oauth2' });
    expect(await oauth.processDiscoveryResponse(issuer, response)).toEqual(server);
    expect(server.id_token_signing_alg_values_supported).toContain('RS256');
  });

  test('accepts the code exchange, with the ID token signed RS256 by a published key', async () => {
    const { response, tokens, claims } = await newcomer();
    await oauth.validateApplicationLevelSignature(server, response, insecure);
    expect(claims).toMatchObject({ iss: runtime.url, aud: 'demo', amr: ['pwd'] });
    expect(tokens).toMatchObject({ token_type: 'bearer', scope: 'openid profile email demo:read' });
  });

  test('accepts the access token as RFC 9068 has it, for the audiences it was made for only', async () => {
    const { tokens, claims } = await newcomer();
    for (const audience of [`${runtime.url}/demo/api`, runtime.url]) {
      expect(await resourceServer(tokens.access_token, audience)).toMatchObject({
        iss: runtime.url,
        sub: claims?.sub,
        sid: claims?.sid,
        client_id: 'demo',
        scope: tokens.scope,
        auth_time: claims?.auth_time,
        jti: expect.any(String),
      });
    }
    await expect(resourceServer(tokens.access_token, `${runtime.url}/demo/private`)).rejects.toThrow('"aud"');
    await expect(resourceServer(tokens.id_token ?? '', 'demo', 'RS256')).rejects.toThrow('"typ"');
  });

  test('accepts user info', async () => {
    const { person, tokens, claims } = await newcomer();
    const response = await oauth.userInfoRequest(server, client, tokens.access_token, insecure);
    const userInfo = await oauth.processUserInfoResponse(server, client, claims?.sub ?? '', response);
    expect(userInfo).toMatchObject({ email: person.email, name: person.name });
  });

  test('accepts a refresh, and the new access token', async () => {
    const { tokens, claims } = await newcomer();
    const refreshed = await refresh(tokens.refresh_token);
    expect(refreshed.refresh_token).not.toBe(tokens.refresh_token);
    const { sid, sub } = await resourceServer(refreshed.access_token, `${runtime.url}/demo/api`);
    expect({ sid, sub }).toEqual({ sid: claims?.sid, sub: claims?.sub });
  });

  test('takes revocation for done, once and twice, and the errors that follow for what they are', async () => {
    const { tokens } = await newcomer();
    for (let time = 0; time < 2; time += 1) {
      const response = await oauth.revocationRequest(
        server,
        client,
        none,
        tokens.refresh_token ?? '',
        insecure,
      );
      expect(await oauth.processRevocationResponse(response)).toBeUndefined();
    }
    await expect(refresh(tokens.refresh_token)).rejects.toMatchObject({
      error: 'invalid_grant',
      status: 400,
    });
  });

  test('takes an access token back, which UserInfo then refuses', async () => {
    const { tokens } = await newcomer();
    expect((await oauth.userInfoRequest(server, client, tokens.access_token, insecure)).status).toBe(200);
    const response = await oauth.revocationRequest(server, client, none, tokens.access_token, insecure);
    expect(await oauth.processRevocationResponse(response)).toBeUndefined();
    expect((await oauth.userInfoRequest(server, client, tokens.access_token, insecure)).status).toBe(401);
  });

  test('signs out at the end session endpoint, and the refresh token is over', async () => {
    const { person, tokens } = await newcomer();
    const url = new URL(server.end_session_endpoint ?? '');
    url.searchParams.set('id_token_hint', tokens.id_token ?? '');
    url.searchParams.set('post_logout_redirect_uri', redirectUri);
    await person.browser.open(url.href);
    expect(person.browser.page.url).toBe(redirectUri);
    await expect(refresh(tokens.refresh_token)).rejects.toMatchObject({
      error: 'invalid_grant',
      cause: { cause: 'sign_out' },
    });
  });

  test('sees a second use of a code refused, and what the first one issued ended', async () => {
    const { tokens, redeemAgain } = await newcomer();
    await expect(
      redeemAgain().then((response) => oauth.processAuthorizationCodeResponse(server, client, response)),
    ).rejects.toMatchObject({ error: 'invalid_grant' });
    await expect(refresh(tokens.refresh_token)).rejects.toMatchObject({
      error: 'invalid_grant',
      cause: { cause: 'code_reuse' },
    });
  });

  test.each([
    ['login_required', { prompt: 'none' }],
    ['invalid_scope', { scope: 'openid everything' }],
    ['invalid_target', { resource: 'https://elsewhere.example/' }],
    ['unsupported_response_type', { response_type: 'token' }],
    ['invalid_request', { code_challenge_method: 'plain' }],
    ['request_not_supported', { request: 'e30.e30.' }],
  ])('reads the authorization error %s, from the issuer that it asked', async (error, changes) => {
    const person = new Person(runtime.url);
    const { state } = await visit(person, changes);
    expect(() => callback(person, state)).toThrow(
      expect.objectContaining({ name: 'AuthorizationResponseError', error }),
    );
    expect(new URL(person.browser.page.url).searchParams.get('iss')).toBe(runtime.url);
  });

  test('reads the token errors', async () => {
    const { tokens } = await newcomer();
    await expect(refresh(tokens.refresh_token, { scope: 'openid everything' })).rejects.toMatchObject({
      error: 'invalid_scope',
    });
    await expect(
      refresh(tokens.refresh_token, { resource: 'https://elsewhere.example/' }),
    ).rejects.toMatchObject({
      error: 'invalid_target',
    });
    await expect(refresh('garbage')).rejects.toMatchObject({ error: 'invalid_grant' });
    const stranger = { client_id: 'stranger' };
    const response = await oauth.refreshTokenGrantRequest(server, stranger, none, 'garbage', insecure);
    await expect(oauth.processRefreshTokenResponse(server, stranger, response)).rejects.toMatchObject({
      error: 'invalid_client',
    });
  });

  test('reads the Bearer challenge of user info', async () => {
    const response = await oauth.userInfoRequest(server, client, 'garbage', insecure);
    await expect(
      oauth.processUserInfoResponse(server, client, oauth.skipSubjectCheck, response),
    ).rejects.toMatchObject({
      name: 'WWWAuthenticateChallengeError',
      status: 401,
      cause: [{ scheme: 'bearer', parameters: { error: 'invalid_token' } }],
    });
  });
});
