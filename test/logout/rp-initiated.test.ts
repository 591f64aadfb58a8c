import { env, SELF } from 'cloudflare:test';
import { decodeJwt, generateKeyPair, type JWTPayload, SignJWT } from 'jose';
import { beforeAll, describe, expect, it, vi } from 'vitest';
import { configOf } from '../../src/config/configured.ts';
import { rootSecrets } from '../../src/crypto/root-secret.ts';
import { createKeys, type Keys, type SigningAlgorithm } from '../../src/keys/keys.ts';
import { issuer, Person } from '../workerd/person.ts';
import { tokensFor } from './issuer.ts';

// OpenID Connect RP-Initiated Logout 1.0, beyond what test/endpoints/oauth/logout.test.ts holds with a client of ours.

vi.stubGlobal('fetch', async () => new Response());

const next = 'https://one.test/signed-out';
const url = (parameters: Record<string, string>) => `/oauth/logout?${new URLSearchParams(parameters)}`;
const isSignedIn = async (person: Person) => (await person.get('/account')).status === 200;

let keys: Keys;
beforeAll(async () => {
  keys = createKeys({
    ring: env.KEY_RING,
    cache: env.JWKS_CACHE,
    context: configOf(env),
    secrets: await rootSecrets(env),
  });
});

/** With undefined, a claim is left out. */
type Changes = Record<string, unknown>;

/** Somebody who is signed in to a client, and the ID token that it got. */
async function signedIn(clientId = 'one') {
  const person = new Person();
  await person.signUp();
  const { id_token: idToken } = await tokensFor(person, clientId);
  /** The same ID token, signed anew with other claims. */
  const changed = (claims: Changes, typ = 'JWT', alg: SigningAlgorithm = 'RS256') =>
    keys.sign(alg, typ, { ...decodeJwt(idToken), ...claims } as JWTPayload);
  return { person, idToken, changed };
}

describe('the ID token', () => {
  it.each([
    ['that has expired long ago', { iat: 1_700_000_000, exp: 1_700_000_300 }],
    ['whose audience is a list of one', { aud: ['one'] }],
  ])('%s signs out at once and goes on', async (_, claims) => {
    const { person, changed } = await signedIn();
    const response = await person.get(
      url({ id_token_hint: await changed(claims), post_logout_redirect_uri: next }),
    );
    expect(response.headers.get('Location')).toBe(next);
    expect(await isSignedIn(person)).toBe(false);
  });

  it('for several goes on only for the one that says which it is', async () => {
    const { person, changed } = await signedIn();
    const hint = { id_token_hint: await changed({ aud: ['one', 'two'] }), post_logout_redirect_uri: next };
    expect((await person.get(url(hint))).status).toBe(400);
    expect((await person.get(url({ ...hint, client_id: 'two' }))).status).toBe(400);
    const theirs = { client_id: 'unheard', post_logout_redirect_uri: 'https://unheard.test/signed-out' };
    expect((await person.get(url({ ...hint, ...theirs }))).status).toBe(400);
    expect(await isSignedIn(person)).toBe(true);
    expect((await person.get(url({ ...hint, client_id: 'one' }))).headers.get('Location')).toBe(next);
    expect(await isSignedIn(person)).toBe(false);
  });

  it.each(['ES256', 'RS256'] as const)('signed with %s is taken', async (alg) => {
    const { person, changed } = await signedIn();
    await person.get(url({ id_token_hint: await changed({}, 'JWT', alg) }));
    expect(await isSignedIn(person)).toBe(false);
  });

  it.each<[string, Changes]>([
    ['of another session of the person', { sid: 'another' }],
    ['of nobody’s session', { sid: undefined }],
    ['of another person', { sub: 'somebody' }],
  ])('%s: the person is asked', async (_, claims) => {
    const { person, changed } = await signedIn();
    const page = await person.get(url({ id_token_hint: await changed(claims) }));
    expect(page.status).toBe(200);
    expect(await page.text()).toContain('Sign out?');
    expect(await isSignedIn(person)).toBe(true);
  });

  it('whose key was rotated away proves nothing: the person is asked, and goes on for a client that says who it is', async () => {
    const { person, idToken } = await signedIn();
    const { privateKey } = await generateKeyPair('RS256');
    const old = await new SignJWT(decodeJwt(idToken))
      .setProtectedHeader({ alg: 'RS256', typ: 'JWT', kid: 'rotated-away' })
      .sign(privateKey);
    const hint = { id_token_hint: old, client_id: 'one', post_logout_redirect_uri: next, state: 's' };
    expect((await person.get(url({ id_token_hint: old, post_logout_redirect_uri: next }))).status).toBe(400);
    const page = await person.get(url(hint));
    expect(await page.text()).toContain('Sign out?');
    expect(await isSignedIn(person)).toBe(true);
    const response = await person.submit('/oauth/logout', { ...hint, confirm: 'yes' });
    expect(response.headers.get('Location')).toBe(`${next}?state=s`);
    expect(await isSignedIn(person)).toBe(false);
  });

  it.each<[string, (signed: Awaited<ReturnType<typeof signedIn>>) => Promise<string>]>([
    ['of another issuer', ({ changed }) => changed({ iss: 'https://other.example' })],
    ['without a subject', ({ changed }) => changed({ sub: undefined })],
    ['that is an access token', ({ changed }) => changed({}, 'at+jwt')],
    [
      'without a signature',
      async ({ idToken }) => {
        const header = btoa(JSON.stringify({ alg: 'none', typ: 'JWT' })).replaceAll('=', '');
        return `${header}.${idToken.split('.')[1]}.`;
      },
    ],
    ['that was changed', async ({ idToken }) => `${idToken.slice(0, -8)}AAAAAAAA`],
    ['that is endless', async ({ idToken }) => `${idToken}${'A'.repeat(10_000)}`],
  ])('%s is refused, and nobody is signed out or sent on', async (_, make) => {
    const signed = await signedIn();
    const response = await signed.person.get(
      url({ id_token_hint: await make(signed), client_id: 'one', post_logout_redirect_uri: next }),
    );
    expect(response.status).toBe(400);
    expect(response.headers.get('Location')).toBeNull();
    expect(await isSignedIn(signed.person)).toBe(true);
  });
});

describe('post_logout_redirect_uri', () => {
  it.each([
    ['a slash more', `${next}/`],
    ['a query more', `${next}?a=b`],
    ['a fragment more', `${next}#a`],
    ['another case', next.toUpperCase()],
    ['another scheme', next.replace('https', 'http')],
    ['a port', next.replace('.test', '.test:443')],
    ['a dot segment', next.replace('signed-out', 'x/../signed-out')],
    ['another spelling of its query', 'https://one.test/bye?tenant=a+b'],
    ['a redirect URI of the client', 'https://one.test/callback'],
    ['that of another client', 'https://two.test/signed-out'],
  ])('with %s is not the registered one', async (_, uri) => {
    const { person, idToken } = await signedIn();
    const response = await person.get(url({ id_token_hint: idToken, post_logout_redirect_uri: uri }));
    expect(response.status).toBe(400);
    expect(response.headers.get('Location')).toBeNull();
    expect(await isSignedIn(person)).toBe(true);
  });

  it('is gone on to as it was registered, its query kept, with state as it was sent', async () => {
    const { person, idToken } = await signedIn();
    const state = `a&b=c d+e%20"'<>#é${'x'.repeat(128)}`;
    const response = await person.get(
      url({ id_token_hint: idToken, post_logout_redirect_uri: 'https://one.test/bye?tenant=a%20b', state }),
    );
    const location = response.headers.get('Location') ?? '';
    expect(location.startsWith('https://one.test/bye?tenant=a%20b&state=')).toBe(true);
    expect(new URL(location).searchParams.get('state')).toBe(state);
    expect([...new URL(location).searchParams.keys()]).toEqual(['tenant', 'state']);
  });

  it('has no state that was not sent, and state alone leads nowhere', async () => {
    const first = await signedIn();
    const response = await first.person.get(
      url({ id_token_hint: first.idToken, post_logout_redirect_uri: next }),
    );
    expect(response.headers.get('Location')).toBe(next);
    const second = await signedIn();
    const page = await second.person.get(url({ state: 'abc' }));
    expect(page.status).toBe(200);
    const done = await second.person.submit('/oauth/logout', { state: 'abc', confirm: 'yes' });
    expect([done.status, done.headers.get('Location')]).toEqual([200, null]);
  });

  it('of a client that registered itself is gone on to', async () => {
    const registered = await SELF.fetch(`${issuer}/oauth/register`, {
      method: 'POST',
      headers: { 'Content-Type': 'application/json' },
      body: JSON.stringify({
        client_name: 'A stranger',
        redirect_uris: ['https://stranger.example/callback'],
        post_logout_redirect_uris: ['https://stranger.example/bye'],
        token_endpoint_auth_method: 'none',
      }),
    });
    const { client_id } = (await registered.json()) as { client_id: string };
    const { person } = await signedIn();
    const request = { client_id, post_logout_redirect_uri: 'https://stranger.example/bye' };
    const page = await person.get(url(request));
    expect(await page.text()).toContain('A stranger');
    const response = await person.submit('/oauth/logout', { ...request, confirm: 'yes' });
    expect(response.headers.get('Location')).toBe('https://stranger.example/bye');
  });
});

describe('a request', () => {
  it('may be posted, by the client’s page as by ours', async () => {
    const { person, idToken } = await signedIn();
    const parameters = { id_token_hint: idToken, post_logout_redirect_uri: next, state: 's' };
    const posted = await new Person().submit('/oauth/logout', parameters, {
      Origin: 'https://one.test',
      'Sec-Fetch-Site': 'cross-site',
    });
    const response = await person.get(posted.headers.get('Location') ?? '');
    expect(response.headers.get('Location')).toBe(`${next}?state=s`);
    expect(await isSignedIn(person)).toBe(false);
  });

  it('may hint at who and in which language: neither changes anything, nor does what is not known', async () => {
    const { person, idToken } = await signedIn();
    const hints = { logout_hint: 'somebody@else.example', ui_locales: 'fr-CA xx', unknown: 'x' };
    const response = await person.get(
      url({ ...hints, id_token_hint: idToken, post_logout_redirect_uri: next }),
    );
    expect(response.headers.get('Location')).toBe(next);
    const other = await signedIn();
    const page = await other.person.get(url(hints));
    expect([page.status, await isSignedIn(other.person)]).toEqual([200, true]);
  });

  it('by somebody who is not signed in any more is no error, and goes on', async () => {
    const { person, idToken } = await signedIn();
    const request = url({ id_token_hint: idToken, post_logout_redirect_uri: next, state: 's' });
    await person.get(request);
    expect((await person.get(request)).headers.get('Location')).toBe(`${next}?state=s`);
  });

  it('that names a parameter twice is refused', async () => {
    const { person, idToken } = await signedIn();
    const response = await person.get(`${url({ id_token_hint: idToken, state: 'a' })}&state=b`);
    expect(response.status).toBe(400);
    expect(await isSignedIn(person)).toBe(true);
  });

  it('by a client that nobody knows goes nowhere, and asks', async () => {
    const { person } = await signedIn();
    expect((await person.get(url({ client_id: 'nobody', post_logout_redirect_uri: next }))).status).toBe(400);
    expect((await person.get(url({ client_id: 'nobody' }))).status).toBe(200);
    expect(await isSignedIn(person)).toBe(true);
  });
});

it('“everywhere” from a browser whose session is over does not go on as if it had been done', async () => {
  const { person, idToken } = await signedIn();
  const parameters = { id_token_hint: idToken, post_logout_redirect_uri: next, everywhere: 'true' };
  person.cookies.clear();
  const response = await person.get(url(parameters));
  expect(response.status).toBe(400);
  expect(await response.text()).toContain('You were not signed out everywhere');
  // Without it, what the client wants is so already.
  const { everywhere, ...plain } = parameters;
  expect((await person.get(url(plain))).headers.get('Location')).toBe(next);
});
