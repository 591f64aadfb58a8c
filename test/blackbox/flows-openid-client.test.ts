import * as client from 'openid-client';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { api, callback, notes } from '../issuer/addresses.ts';
import { clientSecret } from '../issuer/credentials.ts';
import { startIssuer } from '../runtime/issuer.ts';
import type { Runtime } from '../runtime/runtime.ts';
import { clientKey, formPosted, openUntilAway, somebody, submitUntilAway } from './flows.ts';
import type { Person } from './person.ts';

// openid-client as its users have it, as clients of every kind. openid-client.test.ts is about the public one.

const authentication = {
  spa: client.None(),
  several: client.None(),
  stranger: client.None(),
  basic: client.ClientSecretBasic(clientSecret),
  post: client.ClientSecretPost(clientSecret),
  key: client.PrivateKeyJwt(clientKey),
  fapi: client.PrivateKeyJwt(clientKey),
  machine: client.ClientSecretBasic(clientSecret),
  exchanger: client.ClientSecretBasic(clientSecret),
  impersonator: client.ClientSecretBasic(clientSecret),
  'notes-server': client.ClientSecretBasic(clientSecret),
};
type ClientId = keyof typeof authentication;
type Parameters = Record<string, string>;

let runtime: Runtime;
beforeAll(async () => {
  runtime = await startIssuer();
});
afterAll(() => runtime.stop());

async function discover(clientId: ClientId, metadata: Partial<client.ClientMetadata> = {}) {
  const configuration = await client.discovery(
    new URL(runtime.url),
    clientId,
    metadata,
    authentication[clientId],
    // The issuer is http on localhost in development.
    { execute: [client.allowInsecureRequests] },
  );
  client.enableNonRepudiationChecks(configuration);
  return configuration;
}

interface Options {
  person?: Person;
  scope?: string;
  changes?: Parameters;
  build?: (configuration: client.Configuration, parameters: Parameters) => URL | Promise<URL>;
  arrive?: (person: Person, location: URL | undefined) => URL | Request | Promise<URL | Request>;
  DPoP?: client.DPoPHandle;
}

const back = (_: Person, location: URL | undefined): URL => {
  if (!location) throw new Error('the browser is still with the issuer');
  return location;
};

/** The code flow of a person who is signed in. */
async function signIn(configuration: client.Configuration, options: Options = {}) {
  const { scope = 'openid profile email offline_access api:read', changes = {}, DPoP } = options;
  const person = options.person ?? (await somebody(runtime.url));
  const pkceCodeVerifier = client.randomPKCECodeVerifier();
  const expectedState = client.randomState();
  const expectedNonce = client.randomNonce();
  const parameters = {
    redirect_uri: callback,
    scope,
    code_challenge: await client.calculatePKCECodeChallenge(pkceCodeVerifier),
    code_challenge_method: 'S256',
    state: expectedState,
    nonce: expectedNonce,
    ...changes,
  };
  const url = await (options.build ?? client.buildAuthorizationUrl)(configuration, parameters);
  const arrived = await (options.arrive ?? back)(person, await openUntilAway(person, url));
  const tokens = await client.authorizationCodeGrant(
    configuration,
    arrived,
    { pkceCodeVerifier, expectedState, expectedNonce, idTokenExpected: true },
    undefined,
    DPoP && { DPoP },
  );
  return { person, url, tokens, sub: tokens.claims()?.sub ?? '' };
}

const refused = (error: string, status = 400) => expect.objectContaining({ error, status });

describe('openid-client', () => {
  test.each<ClientId>(['spa', 'basic', 'post', 'key'])(
    'as the client %s signs a person in, reads user info, refreshes and revokes',
    async (clientId) => {
      const configuration = await discover(clientId);
      const { person, tokens, sub } = await signIn(configuration);
      expect(await client.fetchUserInfo(configuration, tokens.access_token, sub)).toMatchObject({
        email: person.email,
      });
      const refreshed = await client.refreshTokenGrant(configuration, tokens.refresh_token ?? '');
      expect(refreshed.refresh_token).not.toBe(tokens.refresh_token);
      await client.tokenRevocation(configuration, refreshed.refresh_token ?? '');
      await expect(
        client.refreshTokenGrant(configuration, refreshed.refresh_token ?? ''),
      ).rejects.toMatchObject({ error: 'invalid_grant' });
    },
  );

  test('a confidential client that may do without PKCE does so with a nonce, and not without', async () => {
    const configuration = await discover('post');
    const person = await somebody(runtime.url);
    const parameters = { redirect_uri: callback, scope: 'openid', state: client.randomState() };
    const nonce = client.randomNonce();
    const location = await openUntilAway(
      person,
      client.buildAuthorizationUrl(configuration, { ...parameters, nonce }),
    );
    const tokens = await client.authorizationCodeGrant(configuration, back(person, location), {
      expectedState: parameters.state,
      expectedNonce: nonce,
      idTokenExpected: true,
    });
    expect(tokens.claims()?.nonce).toBe(nonce);
    const without = await openUntilAway(person, client.buildAuthorizationUrl(configuration, parameters));
    await expect(
      client.authorizationCodeGrant(configuration, back(person, without), {
        expectedState: parameters.state,
      }),
    ).rejects.toMatchObject({ error: 'invalid_request' });
  });

  test('reads an answer that the browser posts', async () => {
    const configuration = await discover('basic');
    const { tokens } = await signIn(configuration, {
      changes: { response_mode: 'form_post' },
      arrive: (person) => formPosted(person),
    });
    expect(tokens.id_token).toBeDefined();
  });

  test('asks a person for consent, and takes both answers', async () => {
    const configuration = await discover('stranger');
    const decide = (decision: string) => (person: Person) =>
      submitUntilAway(person, '/consent', { decision }).then((location) => back(person, location));
    await expect(signIn(configuration, { arrive: decide('cancel') })).rejects.toMatchObject({
      error: 'access_denied',
    });
    const { person, tokens } = await signIn(configuration, { arrive: decide('allow') });
    expect(tokens.access_token).toBeDefined();
    // It is remembered.
    await signIn(configuration, { person });
  });

  test('pushes its request, and the browser carries a reference only', async () => {
    for (const clientId of ['spa', 'basic', 'key'] as const) {
      const configuration = await discover(clientId);
      const { url } = await signIn(configuration, { build: client.buildAuthorizationUrlWithPAR });
      expect([...url.searchParams.keys()].sort()).toEqual(['client_id', 'request_uri']);
    }
  });

  test('signs its request, in the address and pushed', async () => {
    const configuration = await discover('key');
    const signed = (_: client.Configuration, parameters: Parameters) =>
      client.buildAuthorizationUrlWithJAR(configuration, parameters, clientKey);
    const { url } = await signIn(configuration, { build: signed });
    expect([...url.searchParams.keys()].sort()).toEqual(['client_id', 'request']);
    await signIn(configuration, {
      build: async (_, parameters) =>
        client.buildAuthorizationUrlWithPAR(
          configuration,
          (await signed(configuration, parameters)).searchParams,
        ),
    });
  });

  test('binds code and tokens to its key, with the nonce that the server asks for', async () => {
    const configuration = await discover('spa');
    const DPoP = client.getDPoPHandle(configuration, await client.randomDPoPKeyPair());
    const { tokens, sub } = await signIn(configuration, {
      DPoP,
      changes: { dpop_jkt: await DPoP.calculateThumbprint() },
    });
    expect(tokens.token_type).toBe('dpop');
    expect(await client.fetchUserInfo(configuration, tokens.access_token, sub, { DPoP })).toMatchObject({
      sub,
    });
    await expect(client.fetchUserInfo(configuration, tokens.access_token, sub)).rejects.toMatchObject({
      status: 401,
    });
    const thief = client.getDPoPHandle(configuration, await client.randomDPoPKeyPair());
    const refreshToken = tokens.refresh_token ?? '';
    for (const options of [undefined, { DPoP: thief }]) {
      await expect(client.refreshTokenGrant(configuration, refreshToken, undefined, options)).rejects.toEqual(
        refused('invalid_grant'),
      );
    }
    const refreshed = await client.refreshTokenGrant(configuration, refreshToken, undefined, { DPoP });
    expect(refreshed.token_type).toBe('dpop');
    // A code that was asked for with one key is worth nothing with another.
    await expect(
      signIn(configuration, { DPoP: thief, changes: { dpop_jkt: await DPoP.calculateThumbprint() } }),
    ).rejects.toEqual(refused('invalid_grant'));
  });

  test('gets tokens for itself, and a resource server reads what they are', async () => {
    const machine = await discover('machine');
    const server = await discover('notes-server');
    const opaque = await client.clientCredentialsGrant(machine, { scope: 'notes:read', resource: notes });
    expect(opaque.access_token).toMatch(/^pc_at_/);
    expect(opaque.refresh_token).toBeUndefined();
    const jwt = await client.clientCredentialsGrant(machine, { scope: 'api:read', resource: api });
    expect(jwt.access_token.split('.')).toHaveLength(3);
    for (const { access_token } of [opaque, jwt]) {
      expect(await client.tokenIntrospection(server, access_token)).toMatchObject({
        active: true,
        client_id: 'machine',
        sub: 'machine',
        iss: runtime.url,
      });
    }
    expect(await client.tokenIntrospection(server, 'pc_at_garbage')).toEqual({ active: false });
  });

  test('revokes an opaque access token, and it is over at once', async () => {
    const configuration = await discover('basic');
    const server = await discover('notes-server');
    const { tokens } = await signIn(configuration, {
      scope: 'openid notes:read',
      changes: { resource: notes },
    });
    expect(await client.tokenIntrospection(server, tokens.access_token)).toMatchObject({ active: true });
    await client.tokenRevocation(configuration, tokens.access_token);
    expect(await client.tokenIntrospection(server, tokens.access_token)).toEqual({ active: false });
  });

  test('exchanges the token of a person for one of another API, in its own name and in theirs', async () => {
    const { tokens, sub } = await signIn(await discover('spa'), { scope: 'openid api:read notes:read' });
    const server = await discover('notes-server');
    const exchange = async (clientId: ClientId) =>
      client.tokenIntrospection(
        server,
        (
          await client.genericGrantRequest(
            await discover(clientId),
            'urn:ietf:params:oauth:grant-type:token-exchange',
            {
              subject_token: tokens.access_token,
              subject_token_type: 'urn:ietf:params:oauth:token-type:access_token',
              resource: notes,
              scope: 'notes:read',
            },
          )
        ).access_token,
      );
    expect(await exchange('impersonator')).toMatchObject({ active: true, sub, client_id: 'impersonator' });
    expect(await exchange('exchanger')).toMatchObject({ active: true, sub, act: { sub: 'exchanger' } });
  });

  test('reads user info that is signed', async () => {
    const configuration = await discover('several', { userinfo_signed_response_alg: 'ES256' });
    const { person, tokens, sub } = await signIn(configuration);
    expect(await client.fetchUserInfo(configuration, tokens.access_token, sub)).toMatchObject({
      sub,
      email: person.email,
    });
  });

  test('goes the whole way of FAPI 2.0: pushed, with a key of the client, bound to a key', async () => {
    const configuration = await discover('fapi', { require_auth_time: true });
    const DPoP = client.getDPoPHandle(configuration, await client.randomDPoPKeyPair());
    const { person, tokens, sub } = await signIn(configuration, {
      DPoP,
      build: (_, parameters) => client.buildAuthorizationUrlWithPAR(configuration, parameters, { DPoP }),
    });
    expect(tokens.token_type).toBe('dpop');
    expect(await client.fetchUserInfo(configuration, tokens.access_token, sub, { DPoP })).toMatchObject({
      email: person.email,
    });
    const refreshed = await client.refreshTokenGrant(configuration, tokens.refresh_token ?? '', undefined, {
      DPoP,
    });
    expect(refreshed.token_type).toBe('dpop');
    // What this client is registered with, it must do.
    await expect(signIn(configuration, { DPoP })).rejects.toMatchObject({ error: 'invalid_request' });
    await expect(signIn(configuration, { build: client.buildAuthorizationUrlWithPAR })).rejects.toMatchObject(
      { error: 'invalid_dpop_proof' },
    );
  });

  test('registers itself, and signs a person in', async () => {
    const configuration = await client.dynamicClientRegistration(
      new URL(runtime.url),
      {
        client_name: 'New here',
        redirect_uris: [callback],
        scope: 'openid email',
        token_endpoint_auth_method: 'client_secret_post',
      },
      undefined,
      { execute: [client.allowInsecureRequests] },
    );
    const { tokens } = await signIn(configuration, {
      scope: 'openid email',
      arrive: (person) =>
        submitUntilAway(person, '/consent', { decision: 'allow' }).then((location) => back(person, location)),
    });
    expect(tokens.claims()?.aud).toBe(configuration.clientMetadata().client_id);
  });
});
