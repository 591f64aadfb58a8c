import * as client from 'openid-client';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { AuthenticatorApp, codesOn } from '../issuer/authenticator-app.ts';
import { type Runtime, startRuntime } from '../runtime/runtime.ts';
import { Person } from './person.ts';

// openid-client as its users have it, against the Worker as its users have it: what it accepts has passed its own strict
// checks of `iss`, `state`, `nonce`, PKCE and the ID token.

let runtime: Runtime;
let configuration: client.Configuration;
beforeAll(async () => {
  runtime = await startRuntime();
  configuration = await client.discovery(new URL(runtime.url), 'demo', undefined, client.None(), {
    // The issuer is http on localhost in development.
    execute: [client.allowInsecureRequests],
  });
  // It trusts TLS for an ID token that comes from the token endpoint; here its signature is checked as well.
  client.enableNonRepudiationChecks(configuration);
});
afterAll(() => runtime.stop());

interface SignedIn {
  person: Person;
  tokens: Awaited<ReturnType<typeof client.authorizationCodeGrant>>;
}

/** From the app through the issuer's pages and back; `enter` is what the person does there. */
async function authorize(
  person: Person,
  enter: (person: Person) => Promise<unknown>,
  changes: Record<string, string> = {},
): Promise<SignedIn> {
  const pkceCodeVerifier = client.randomPKCECodeVerifier();
  const expectedState = client.randomState();
  const expectedNonce = client.randomNonce();
  const url = client.buildAuthorizationUrl(configuration, {
    redirect_uri: `${runtime.url}/demo/`,
    scope: 'openid profile email demo:read',
    code_challenge: await client.calculatePKCECodeChallenge(pkceCodeVerifier),
    code_challenge_method: 'S256',
    state: expectedState,
    nonce: expectedNonce,
    ...changes,
  });
  await person.browser.open(url.href);
  await enter(person);
  const tokens = await client.authorizationCodeGrant(configuration, new URL(person.browser.page.url), {
    pkceCodeVerifier,
    expectedState,
    expectedNonce,
    idTokenExpected: true,
  });
  return { person, tokens };
}

async function signUp(person: Person): Promise<void> {
  await person.browser.follow('Sign up');
  await person.signUpHere();
}
const signIn = (person: Person) => person.signInHere();
const nothing = async () => undefined;

const newcomer = () => authorize(new Person(runtime.url), signUp);

describe('openid-client', () => {
  test('reads the discovery document', () => {
    const metadata = configuration.serverMetadata();
    expect(metadata.issuer).toBe(runtime.url);
    expect(metadata.supportsPKCE()).toBe(true);
    expect(metadata.authorization_response_iss_parameter_supported).toBe(true);
  });

  test('signs a newcomer up and validates the ID token: RS256, nonce', async () => {
    const { tokens } = await newcomer();
    expect(tokens.token_type).toBe('bearer');
    expect(tokens.expiresIn()).toBeGreaterThan(200);
    expect(tokens.scope).toBe('openid profile email demo:read');
    expect(
      JSON.parse(Buffer.from(tokens.id_token?.split('.')[0] ?? '', 'base64url').toString()),
    ).toMatchObject({
      alg: 'RS256',
    });
    expect(tokens.claims()).toMatchObject({
      iss: runtime.url,
      aud: 'demo',
      sub: expect.any(String),
      nonce: expect.any(String),
      auth_time: expect.any(Number),
      amr: ['pwd'],
    });
  });

  test('signs the same person in on another browser, and with the session of the first one without a page', async () => {
    const { person, tokens } = await newcomer();
    const again = await authorize(person, nothing, { prompt: 'none' });
    expect(again.tokens.claims()?.sub).toBe(tokens.claims()?.sub);
    expect(again.tokens.claims()?.sid).toBe(tokens.claims()?.sid);

    person.browser.cookies.clear();
    const elsewhere = await authorize(person, signIn);
    expect(elsewhere.tokens.claims()?.sub).toBe(tokens.claims()?.sub);
    expect(elsewhere.tokens.claims()?.sid).not.toBe(tokens.claims()?.sid);
  });

  test('makes a signed-in person sign in again for prompt=login and for max_age', async () => {
    const { person } = await newcomer();
    await authorize(person, signIn, { prompt: 'login' });
    const url = client.buildAuthorizationUrl(configuration, {
      redirect_uri: `${runtime.url}/demo/`,
      scope: 'openid',
      code_challenge: await client.calculatePKCECodeChallenge(client.randomPKCECodeVerifier()),
      code_challenge_method: 'S256',
      max_age: '0',
    });
    await new Promise((resume) => setTimeout(resume, 1100));
    await person.browser.open(url.href);
    expect(new URL(person.browser.page.url).pathname).toBe('/signin');
  });

  test('gets a second factor that it asks for, set up in the middle of the sign-in, and asked for ever after', async () => {
    const acr = 'urn:portcullis:acr:mfa';
    const claims = JSON.stringify({ id_token: { acr: { essential: true, value: acr } } });
    const { person, tokens: before } = await newcomer();
    expect(before.claims()?.acr).toBe('urn:portcullis:acr:single-factor');

    let app: AuthenticatorApp | undefined;
    let codes: string[] = [];
    const setUp = await authorize(
      person,
      async ({ browser }) => {
        await person.signInHere();
        expect(new URL(browser.page.url).pathname).toBe('/signin/enrol');
        app = new AuthenticatorApp(browser.page.text);
        await browser.submit('/signin/enrol', { code: await app.code() });
        codes = codesOn(browser.page.text);
        await browser.submit('/signin/enrol');
      },
      { claims },
    );
    expect(codes).toHaveLength(10);
    expect(setUp.tokens.claims()).toMatchObject({ acr, amr: ['pwd', 'otp', 'mfa'] });
    expect(setUp.tokens.claims()?.sub).toBe(before.claims()?.sub);

    const elsewhere = person.elsewhere();
    const asked = await authorize(
      elsewhere,
      async ({ browser }) => {
        await elsewhere.signInHere();
        await browser.submit('/signin/second-factor', { code: '12345' });
        expect(browser.page.status).toBe(401);
        await browser.submit('/signin/second-factor', { code: (await app?.code(1)) ?? '', trust: 'yes' });
      },
      { acr_values: acr },
    );
    expect(asked.tokens.claims()).toMatchObject({ acr, amr: ['pwd', 'otp', 'mfa'] });

    // A trusted browser is spared the question, and says so.
    elsewhere.browser.cookies.delete('portcullis-session');
    const spared = await authorize(elsewhere, signIn);
    expect(spared.tokens.claims()).toMatchObject({ amr: ['pwd'] });

    const visitor = person.elsewhere();
    const recovered = await authorize(visitor, async ({ browser }) => {
      await visitor.signInHere();
      await browser.follow('Use a recovery code instead');
      await browser.submit('/signin/second-factor', { code: codes[0] ?? '' });
    });
    expect(recovered.tokens.claims()).toMatchObject({ acr, amr: ['pwd', 'recovery', 'mfa'] });
  });

  test('reads the user info of the subject that the ID token names', async () => {
    const { person, tokens } = await newcomer();
    const sub = tokens.claims()?.sub ?? '';
    expect(await client.fetchUserInfo(configuration, tokens.access_token, sub)).toEqual({
      sub,
      name: person.name,
      email: person.email,
      email_verified: false,
      updated_at: expect.any(Number),
    });
  });

  test('refreshes, again and again, for all scopes and for fewer', async () => {
    const { tokens } = await newcomer();
    let refreshToken = tokens.refresh_token ?? '';
    for (let generation = 1; generation <= 3; generation += 1) {
      const refreshed = await client.refreshTokenGrant(configuration, refreshToken);
      expect(refreshed.refresh_token).not.toBe(refreshToken);
      expect(refreshed.access_token).not.toBe(tokens.access_token);
      expect(refreshed.scope).toBe(tokens.scope);
      refreshToken = refreshed.refresh_token ?? '';
    }
    const narrow = await client.refreshTokenGrant(configuration, refreshToken, { scope: 'openid' });
    expect(narrow.scope).toBe('openid');
    await expect(
      client.refreshTokenGrant(configuration, narrow.refresh_token ?? '', { scope: 'openid offline_access' }),
    ).rejects.toMatchObject({ error: 'invalid_scope', status: 400 });
    // The refusal rotated nothing, and the narrower request narrowed nothing.
    const wide = await client.refreshTokenGrant(configuration, narrow.refresh_token ?? '');
    expect(wide.scope).toBe(tokens.scope);
  });

  test('revokes: the refresh token and user info are refused from then on', async () => {
    const { tokens } = await newcomer();
    await client.tokenRevocation(configuration, tokens.refresh_token ?? '');
    await expect(client.refreshTokenGrant(configuration, tokens.refresh_token ?? '')).rejects.toMatchObject({
      error: 'invalid_grant',
      cause: expect.objectContaining({ cause: 'revoked_by_client' }),
    });
    await expect(
      client.fetchUserInfo(configuration, tokens.access_token, tokens.claims()?.sub ?? ''),
    ).rejects.toMatchObject({
      status: 401,
      cause: [{ scheme: 'bearer', parameters: { error: 'invalid_token' } }],
    });
  });

  test('signs out: at once with the ID token, back to the app, and everything is over', async () => {
    const { person, tokens } = await newcomer();
    const url = client.buildEndSessionUrl(configuration, {
      id_token_hint: tokens.id_token ?? '',
      post_logout_redirect_uri: `${runtime.url}/demo/`,
      state: 'signed-out',
    });
    await person.browser.open(url.href);
    expect(person.browser.page.url).toBe(`${runtime.url}/demo/?state=signed-out`);
    expect(person.browser.cookies.has('portcullis-session')).toBe(false);
    await expect(client.refreshTokenGrant(configuration, tokens.refresh_token ?? '')).rejects.toMatchObject({
      error: 'invalid_grant',
    });
    await expect(authorize(person, nothing, { prompt: 'none' })).rejects.toMatchObject({
      error: 'login_required',
    });
  });

  test('refuses a stolen code: without the verifier it is worth nothing', async () => {
    const person = new Person(runtime.url);
    const url = client.buildAuthorizationUrl(configuration, {
      redirect_uri: `${runtime.url}/demo/`,
      scope: 'openid',
      code_challenge: await client.calculatePKCECodeChallenge(client.randomPKCECodeVerifier()),
      code_challenge_method: 'S256',
    });
    await person.browser.open(url.href);
    await signUp(person);
    await expect(
      client.authorizationCodeGrant(configuration, new URL(person.browser.page.url), {
        pkceCodeVerifier: client.randomPKCECodeVerifier(),
      }),
    ).rejects.toMatchObject({ error: 'invalid_grant' });
  });
});
