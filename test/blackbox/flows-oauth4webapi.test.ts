import * as oauth from 'oauth4webapi';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { api, callback, notes } from '../issuer/addresses.ts';
import { clientSecret } from '../issuer/credentials.ts';
import { startIssuer } from '../runtime/issuer.ts';
import type { Runtime } from '../runtime/runtime.ts';
import { clientKey, formPosted, openUntilAway, somebody } from './flows.ts';
import type { Person } from './person.ts';

// oauth4webapi keeps sending and judging apart: every `process…` and `validate…` below is its strict judgement of an
// answer of ours. oauth4webapi.test.ts is about the public client.

/** The issuer is http on localhost in development. */
const insecure = { [oauth.allowInsecureRequests]: true };
const basic = oauth.ClientSecretBasic(clientSecret);
const key = oauth.PrivateKeyJwt(clientKey);
const { privateKey: anotherKey } = await oauth.generateKeyPair('ES256');

let runtime: Runtime;
let server: oauth.AuthorizationServer;
beforeAll(async () => {
  runtime = await startIssuer();
  const issuer = new URL(runtime.url);
  server = await oauth.processDiscoveryResponse(issuer, await oauth.discoveryRequest(issuer, insecure));
});
afterAll(() => runtime.stop());

type Parameters = Record<string, string>;

/** An authorization request that is right in every respect, with `changes`, and what its answers are held to. */
async function requestOf(client: oauth.Client, changes: Parameters = {}) {
  const codeVerifier = oauth.generateRandomCodeVerifier();
  const state = oauth.generateRandomState();
  const nonce = oauth.generateRandomNonce();
  const parameters: Parameters = {
    client_id: client.client_id,
    response_type: 'code',
    redirect_uri: callback,
    scope: 'openid email offline_access api:read',
    code_challenge: await oauth.calculatePKCECodeChallenge(codeVerifier),
    code_challenge_method: 'S256',
    state,
    nonce,
    ...changes,
  };
  return { codeVerifier, state, nonce, parameters };
}

const authorizationUrl = (parameters: Parameters): URL => {
  const url = new URL(server.authorization_endpoint ?? '');
  url.search = new URLSearchParams(parameters).toString();
  return url;
};

/** Where the browser of a person who is signed in comes back to. */
async function comeBack(person: Person, parameters: Parameters): Promise<URL> {
  const location = await openUntilAway(person, authorizationUrl(parameters));
  if (!location) throw new Error(`still with the issuer: ${person.browser.page.text}`);
  return location;
}

/** Sends a request once more if it lacked the nonce: oauth4webapi has kept the one of the refusal. */
async function withNonce<T>(
  send: () => Promise<Response>,
  judge: (response: Response) => Promise<T>,
): Promise<T> {
  try {
    return await judge(await send());
  } catch (error) {
    if (!oauth.isDPoPNonceError(error)) throw error;
    return judge(await send());
  }
}

async function codeFlow(client: oauth.Client, authentication: oauth.ClientAuth, changes: Parameters = {}) {
  const person = await somebody(runtime.url);
  const { codeVerifier, state, nonce, parameters } = await requestOf(client, changes);
  const answer = oauth.validateAuthResponse(server, client, await comeBack(person, parameters), state);
  const response = await oauth.authorizationCodeGrantRequest(
    server,
    client,
    authentication,
    answer,
    callback,
    codeVerifier,
    insecure,
  );
  const tokens = await oauth.processAuthorizationCodeResponse(server, client, response, {
    expectedNonce: nonce,
    requireIdToken: true,
  });
  await oauth.validateApplicationLevelSignature(server, response, insecure);
  return { person, tokens, sub: oauth.getValidatedIdTokenClaims(tokens)?.sub ?? '' };
}

describe('oauth4webapi', () => {
  test.each([
    ['basic', basic],
    ['post', oauth.ClientSecretPost(clientSecret)],
    ['key', key],
  ])('accepts code exchange, refresh and revocation of the client %s', async (clientId, authentication) => {
    const client = { client_id: clientId };
    const { tokens } = await codeFlow(client, authentication);
    const refreshed = await oauth.processRefreshTokenResponse(
      server,
      client,
      await oauth.refreshTokenGrantRequest(
        server,
        client,
        authentication,
        tokens.refresh_token ?? '',
        insecure,
      ),
    );
    expect(refreshed.refresh_token).not.toBe(tokens.refresh_token);
    const revoked = await oauth.revocationRequest(
      server,
      client,
      authentication,
      refreshed.refresh_token ?? '',
      insecure,
    );
    expect(await oauth.processRevocationResponse(revoked)).toBeUndefined();
  });

  test.each([
    ['the right secret in the wrong place', 'basic', oauth.ClientSecretPost(clientSecret)],
    ['a wrong secret', 'basic', oauth.ClientSecretBasic('pc_cs_another')],
    ['no secret', 'post', oauth.None()],
    ['a secret in place of a key', 'key', basic],
    ['another key', 'key', oauth.PrivateKeyJwt(anotherKey)],
  ])('reads invalid_client for %s', async (_, clientId, authentication) => {
    const client = { client_id: clientId };
    const response = await oauth.refreshTokenGrantRequest(server, client, authentication, 'x', insecure);
    const usesHeader = response.headers.has('WWW-Authenticate');
    expect(response.status).toBe(usesHeader ? 401 : 400);
    expect(await response.json()).toMatchObject({ error: 'invalid_client' });
  });

  test('accepts an answer that the browser posts', async () => {
    const client = { client_id: 'basic' };
    const person = await somebody(runtime.url);
    const { state, parameters } = await requestOf(client, { response_mode: 'form_post' });
    expect(await openUntilAway(person, authorizationUrl(parameters))).toBeUndefined();
    const posted = formPosted(person);
    expect(posted.url).toBe(callback);
    const answer = oauth.validateAuthResponse(
      server,
      client,
      new URLSearchParams(await posted.text()),
      state,
    );
    expect(answer.get('code')).toMatch(/^pc_ac_/);
  });

  test('accepts the tokens of a machine, as JWT and as opaque token', async () => {
    const client = { client_id: 'machine' };
    const grant = async (parameters: Parameters) =>
      oauth.processClientCredentialsResponse(
        server,
        client,
        await oauth.clientCredentialsGrantRequest(server, client, basic, parameters, insecure),
      );
    const jwt = await grant({ scope: 'api:read', resource: api });
    const request = new Request(api, { headers: { Authorization: `Bearer ${jwt.access_token}` } });
    expect(
      await oauth.validateJwtAccessToken(server, request, api, { ...insecure, signingAlgorithms: ['ES256'] }),
    ).toMatchObject({ client_id: 'machine', sub: 'machine', scope: 'api:read' });
    expect(await grant({ scope: 'notes:read', resource: notes })).toMatchObject({
      token_type: 'bearer',
      scope: 'notes:read',
    });
    await expect(grant({ scope: 'openid' })).rejects.toMatchObject({ error: 'invalid_scope' });
  });

  test('accepts introspection, and its signed form', async () => {
    const { tokens, sub } = await codeFlow({ client_id: 'basic' }, basic, {
      scope: 'openid notes:read',
      resource: notes,
    });
    const client: oauth.Client = { client_id: 'notes-server' };
    const introspect = (token: string, requestJwtResponse: boolean) =>
      oauth.introspectionRequest(server, client, basic, token, { ...insecure, requestJwtResponse });
    const expected = { active: true, sub, client_id: 'basic', iss: runtime.url, aud: [notes, runtime.url] };
    const plain = await introspect(tokens.access_token, false);
    expect(await oauth.processIntrospectionResponse(server, client, plain)).toMatchObject(expected);
    const signed = await introspect(tokens.access_token, true);
    expect(await oauth.processIntrospectionResponse(server, client, signed)).toMatchObject(expected);
    await oauth.validateApplicationLevelSignature(server, signed, insecure);
    const unknown = await introspect('garbage', true);
    expect(await oauth.processIntrospectionResponse(server, client, unknown)).toEqual({ active: false });
  });

  test('accepts a token exchange, for another API and narrower', async () => {
    const { tokens } = await codeFlow({ client_id: 'basic' }, basic, { scope: 'openid api:read notes:read' });
    const client = { client_id: 'exchanger' };
    const exchange = async (changes: Parameters = {}) =>
      oauth.processGenericTokenEndpointResponse(
        server,
        client,
        await oauth.genericTokenEndpointRequest(
          server,
          client,
          basic,
          'urn:ietf:params:oauth:grant-type:token-exchange',
          {
            subject_token: tokens.access_token,
            subject_token_type: 'urn:ietf:params:oauth:token-type:access_token',
            resource: notes,
            scope: 'notes:read',
            ...changes,
          },
          insecure,
        ),
      );
    expect(await exchange()).toMatchObject({
      issued_token_type: 'urn:ietf:params:oauth:token-type:access_token',
      token_type: 'bearer',
    });
    await expect(exchange({ subject_token: 'garbage' })).rejects.toMatchObject({ error: 'invalid_request' });
    await expect(exchange({ resource: api })).rejects.toMatchObject({ error: 'invalid_target' });
  });

  test('accepts user info that is signed', async () => {
    const client: oauth.Client = { client_id: 'several', userinfo_signed_response_alg: 'ES256' };
    const { person, tokens, sub } = await codeFlow(
      { ...client, id_token_signed_response_alg: 'ES256' },
      oauth.None(),
    );
    const response = await oauth.userInfoRequest(server, client, tokens.access_token, insecure);
    expect(await oauth.processUserInfoResponse(server, client, sub, response)).toMatchObject({
      email: person.email,
    });
    await oauth.validateApplicationLevelSignature(server, response, insecure);
  });

  test('accepts FAPI 2.0: pushed and signed requests, a key of the client, tokens bound to a key, with nonces', async () => {
    const client: oauth.Client = { client_id: 'fapi', id_token_signed_response_alg: 'ES256' };
    const DPoP = oauth.DPoP(client, await oauth.generateKeyPair('ES256'));
    const options = { ...insecure, DPoP };
    const person = await somebody(runtime.url);
    const { codeVerifier, state, nonce, parameters } = await requestOf(client);
    const request = await oauth.issueRequestObject(server, client, parameters, clientKey);
    const pushed = await withNonce(
      () => oauth.pushedAuthorizationRequest(server, client, key, { request }, options),
      (response) => oauth.processPushedAuthorizationResponse(server, client, response),
    );
    expect(pushed.expires_in).toBeLessThan(600);
    const location = await comeBack(person, {
      client_id: client.client_id,
      request_uri: pushed.request_uri,
    });
    const answer = oauth.validateAuthResponse(server, client, location, state);
    const tokens = await withNonce(
      () => oauth.authorizationCodeGrantRequest(server, client, key, answer, callback, codeVerifier, options),
      (response) =>
        oauth.processAuthorizationCodeResponse(server, client, response, {
          expectedNonce: nonce,
          requireIdToken: true,
        }),
    );
    expect(tokens.token_type).toBe('dpop');
    const { sub = '' } = oauth.getValidatedIdTokenClaims(tokens) ?? {};
    const userInfo = await withNonce(
      () => oauth.userInfoRequest(server, client, tokens.access_token, options),
      (response) => oauth.processUserInfoResponse(server, client, sub, response),
    );
    expect(userInfo.email).toBe(person.email);
    const refreshed = await withNonce(
      () => oauth.refreshTokenGrantRequest(server, client, key, tokens.refresh_token ?? '', options),
      (response) => oauth.processRefreshTokenResponse(server, client, response),
    );
    const htu = new URL(api);
    const proof = await resourceRequest(refreshed.access_token, htu, DPoP);
    expect(
      await oauth.validateJwtAccessToken(server, proof, api, {
        ...insecure,
        requireDPoP: true,
        signingAlgorithms: ['ES256'],
      }),
    ).toMatchObject({ client_id: 'fapi', cnf: { jkt: await DPoP.calculateThumbprint() } });
    // Used once: whoever opens the same address again gets no second code.
    const again = await openUntilAway(
      person,
      authorizationUrl({ client_id: client.client_id, request_uri: pushed.request_uri }),
    );
    expect(again?.searchParams.get('code') ?? undefined).toBeUndefined();
  });
});

/** What a resource server would receive from a client with this token and key. */
async function resourceRequest(accessToken: string, url: URL, DPoP: oauth.DPoPHandle): Promise<Request> {
  let sent: Request | undefined;
  await oauth.protectedResourceRequest(accessToken, 'GET', url, undefined, undefined, {
    DPoP,
    [oauth.customFetch]: async (target, init) => {
      sent = new Request(target, init as RequestInit);
      return new Response();
    },
  });
  if (!sent) throw new Error('nothing was sent');
  return sent;
}
