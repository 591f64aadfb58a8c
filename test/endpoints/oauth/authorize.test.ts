import { SELF } from 'cloudflare:test';
import { afterEach, describe, expect, it, vi } from 'vitest';
import {
  authorizeUrl,
  challengeOf,
  codeFor,
  exchange,
  issuer,
  Person,
  password,
  randomText,
  redirectUri,
} from '../../workerd/person.ts';

afterEach(() => {
  vi.useRealTimers();
});

const challenge = 'E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM';
const valid = { code_challenge: challenge, state: 's' };
const locationOf = (response: Response) => new URL(response.headers.get('Location') ?? 'missing:', issuer);
const ask = (changes: Record<string, string | undefined>) =>
  SELF.fetch(issuer + authorizeUrl(changes), { redirect: 'manual', headers: { Accept: 'text/html' } });

describe('errors that must not be redirected', () => {
  it.each([
    ['an unknown client', { client_id: 'nobody' }],
    ['no client', { client_id: undefined }],
    ['an unregistered redirect URI', { redirect_uri: 'https://evil.example/' }],
    ['a redirect URI with a different path', { redirect_uri: `${redirectUri}x` }],
    ['a redirect URI with a query', { redirect_uri: `${redirectUri}?x=1` }],
    ['no redirect URI', { redirect_uri: undefined }],
  ])('%s is shown on a page', async (_, changes) => {
    const response = await ask({ ...valid, ...changes });
    expect(response.status).toBe(400);
    expect(response.headers.get('Location')).toBeNull();
    expect(response.headers.get('Content-Type')).toMatch(/^text\/html/);
    expect(response.headers.get('Content-Security-Policy')).toContain("default-src 'none'");
    expect(await response.text()).not.toContain('evil.example');
  });

  it.each([
    ['a repeated parameter', '&client_id=demo'],
    ['a broken escape', '&x=%zz'],
  ])('%s', async (_, addition) => {
    const response = await SELF.fetch(issuer + authorizeUrl(valid) + addition, { redirect: 'manual' });
    expect(response.status).toBe(400);
    expect(response.headers.get('Location')).toBeNull();
  });
});

describe('errors that go back to the client', () => {
  it.each([
    ['no PKCE', { code_challenge: undefined }, 'invalid_request'],
    ['plain PKCE', { code_challenge_method: 'plain' }, 'invalid_request'],
    ['PKCE without a method, which means plain', { code_challenge_method: undefined }, 'invalid_request'],
    ['a challenge of another length', { code_challenge: 'short' }, 'invalid_request'],
    ['no response type', { response_type: undefined }, 'invalid_request'],
    ['the implicit flow', { response_type: 'token' }, 'unsupported_response_type'],
    ['the hybrid flow', { response_type: 'code id_token' }, 'unsupported_response_type'],
    ['another response mode', { response_mode: 'fragment' }, 'invalid_request'],
    ['no scope', { scope: undefined }, 'invalid_scope'],
    ['an unregistered scope', { scope: 'openid admin' }, 'invalid_scope'],
    ['an unregistered resource', { resource: 'https://other.example' }, 'invalid_target'],
    ['an unknown prompt', { prompt: 'dance' }, 'invalid_request'],
    ['prompt none with another', { prompt: 'none login' }, 'invalid_request'],
    ['a max_age that is no number', { max_age: '-1' }, 'invalid_request'],
    ['a request object', { request: 'eyJ' }, 'request_not_supported'],
    ['a request_uri', { request_uri: 'https://evil.example' }, 'request_uri_not_supported'],
    ['prompt none without a session', { prompt: 'none' }, 'login_required'],
    ['a request too long to keep', { nonce: 'n'.repeat(3000) }, 'invalid_request'],
    ['one that is too long once it is written down', { nonce: '漢'.repeat(700) }, 'invalid_request'],
    ['one that is too long once it is quoted', { nonce: '"'.repeat(1200) }, 'invalid_request'],
  ])('%s', async (_, changes, error) => {
    const response = await ask({ ...valid, ...changes });
    expect(response.status).toBe(303);
    const location = locationOf(response);
    expect(location.origin + location.pathname).toBe(redirectUri);
    expect(Object.fromEntries(location.searchParams)).toMatchObject({ error, state: 's', iss: issuer });
    expect(location.searchParams.get('code')).toBeNull();
  });
});

describe('a sign-in on the way to a client', () => {
  it('goes to the sign-in page, signs in and comes back with a code, state and iss', async () => {
    const person = new Person();
    await person.signUp();
    await person.submit('/account/sign-out-everywhere', {});
    const codeVerifier = randomText();
    const asked = await person.get(
      authorizeUrl({ code_challenge: await challengeOf(codeVerifier), state: 'a b&c' }),
    );
    const signInPage = locationOf(asked);
    expect(signInPage.pathname).toBe('/signin');
    const page = await (await person.get(signInPage.href)).text();
    expect(page).toContain('The demo');
    const flow = signInPage.searchParams.get('flow') ?? '';
    expect(page).toContain(`name="flow" value="${flow}"`);
    const back = locationOf(await person.signIn({ flow }));
    expect(back.origin + back.pathname).toBe(redirectUri);
    expect(back.searchParams.get('state')).toBe('a b&c');
    expect(back.searchParams.get('iss')).toBe(issuer);
    expect((await exchange(back.searchParams.get('code') ?? '', codeVerifier)).status).toBe(200);
    expect([...person.cookies.keys()].filter((name) => name.includes('sign-in'))).toEqual([]);
  });

  it('survives with the longest request that is accepted', async () => {
    const person = new Person();
    await person.signUp();
    await person.submit('/account/sign-out-everywhere', {});
    const state = '漢'.repeat(540);
    const asked = await person.get(authorizeUrl({ ...valid, state }));
    const cookie = asked.headers.getSetCookie().find((line) => line.startsWith('portcullis-sign-in.')) ?? '';
    expect(cookie.length).toBeGreaterThan(2000);
    expect(cookie.length).toBeLessThan(4096);
    const flow = locationOf(asked).searchParams.get('flow') ?? '';
    expect(locationOf(await person.signIn({ flow })).searchParams.get('state')).toBe(state);
  });

  it('works by POST as well', async () => {
    const response = await SELF.fetch(`${issuer}/oauth/authorize`, {
      method: 'POST',
      redirect: 'manual',
      headers: { 'Content-Type': 'application/x-www-form-urlencoded' },
      body: authorizeUrl(valid).split('?')[1] ?? '',
    });
    expect(locationOf(response).pathname).toBe('/signin');
  });

  it('lets the form go on to the client under the content security policy', async () => {
    const person = new Person();
    const page = await person.get(locationOf(await person.get(authorizeUrl(valid))).href);
    expect(page.headers.get('Content-Security-Policy')).toContain(`form-action 'self' ${issuer}`);
  });

  it('is not continued in another browser, which is signed in all the same', async () => {
    const victim = new Person();
    await victim.signUp();
    const attacker = new Person();
    const flow = locationOf(await attacker.get(authorizeUrl(valid))).searchParams.get('flow') ?? '';
    const response = await victim.signIn({ flow });
    expect(response.status).toBe(400);
    expect(response.headers.get('Location')).toBeNull();
    expect((await victim.get('/account')).status).toBe(200);
  });

  it('keeps at most three sign-ins in one browser, the newest', async () => {
    const person = new Person();
    const flows: string[] = [];
    for (let count = 0; count < 6; count += 1) {
      flows.push(locationOf(await person.get(authorizeUrl(valid))).searchParams.get('flow') ?? '');
    }
    const kept = [...person.cookies.keys()].filter((name) => name.startsWith('portcullis-sign-in.'));
    expect(kept).toHaveLength(3);
    expect(kept).toContain(`portcullis-sign-in.${flows.at(-1)}`);
  });
});

describe('a person who is signed in', () => {
  it('is sent straight back', async () => {
    const person = new Person();
    await person.signUp();
    const { code, location } = await codeFor(person);
    expect(code).toMatch(/^pc_ac_/);
    expect(location.searchParams.get('iss')).toBe(issuer);
  });

  it('signs in again when the client asks for prompt login or select_account', async () => {
    const person = new Person();
    await person.signUp();
    for (const prompt of ['login', 'select_account']) {
      expect(locationOf(await person.get(authorizeUrl({ ...valid, prompt }))).pathname).toBe('/signin');
    }
  });

  it('signs in again when the sign-in is older than max_age', async () => {
    const person = new Person();
    await person.signUp();
    expect((await codeFor(person, { max_age: '60' })).code).not.toBe('');
    vi.useFakeTimers({ toFake: ['Date'], now: Date.now() + 62_000 });
    const asked = locationOf(await person.get(authorizeUrl({ ...valid, max_age: '60' })));
    expect(asked.pathname).toBe('/signin');
    const flow = asked.searchParams.get('flow') ?? '';
    expect(
      locationOf(await person.submit('/signin', { email: person.email, password, flow })).searchParams.get(
        'code',
      ),
    ).toMatch(/^pc_ac_/);
  });

  it('is not signed in by a session cookie whose session ended', async () => {
    const person = new Person();
    await person.signUp();
    const kept = new Map(person.cookies);
    await person.submit('/account/sign-out-everywhere', {});
    for (const [name, value] of kept) person.cookies.set(name, value);
    expect(locationOf(await person.get(authorizeUrl(valid))).pathname).toBe('/signin');
  });
});
