import '../../issuer/inside.ts';
import { env } from 'cloudflare:test';
import { decodeJwt } from 'jose';
import { afterEach, describe, expect, it, vi } from 'vitest';
import { callback } from '../../issuer/addresses.ts';
import { type Asked, authorized } from '../../issuer/granted.ts';
import { AppPerson, bodyOf } from '../../workerd/app-person.ts';
import { ProofKey } from '../../workerd/proof-key.ts';

// Several sign-ins each.
vi.setConfig({ testTimeout: 30_000 });

afterEach(() => {
  vi.restoreAllMocks();
});

const clientId = 'app';
const app = { client_id: clientId };
const redirect = { ...app, redirect_uri: callback };

async function codeFor(person: AppPerson, asked: Asked = {}) {
  const { code, verifier } = await authorized(person, { clientId, scope: 'openid api:read', ...asked });
  return { code, codeVerifier: verifier };
}
async function signedIn(asked: Asked = {}) {
  const person = new AppPerson();
  await person.signUp();
  const code = await codeFor(person, asked);
  return { person, code, response: await person.redeem(code, redirect) };
}
const refreshed = async (person: AppPerson) => bodyOf(person.refresh(app));

describe('POST /session/token', () => {
  it('answers with the tokens but for the refresh token, which is in a cookie that no script sees', async () => {
    const { person, response } = await signedIn();
    expect(response.status).toBe(200);
    expect(response.headers.get('Cache-Control')).toBe('no-store');
    const line = response.headers.getSetCookie().find((cookie) => cookie.startsWith('portcullis-refresh.'));
    expect(line).toMatch(/HttpOnly/);
    expect(line).toMatch(/SameSite=Strict/);
    const text = await response.text();
    expect(text).not.toContain('pc_rt_');
    const answer = JSON.parse(text) as Record<string, unknown>;
    expect(Object.keys(answer).sort()).toEqual([
      'access_token',
      'expires_in',
      'id_token',
      'scope',
      'token_type',
    ]);
    expect(answer).toMatchObject({ token_type: 'Bearer', scope: 'openid api:read' });
    const idToken = decodeJwt(String(answer.id_token));
    expect(idToken).toMatchObject({ aud: clientId, nonce: 'n-1' });
    expect(await refreshed(person)).toMatchObject({ sub: idToken.sub });
  });

  it.each([
    ['a code that nobody was given', { code: 'pc_ac_AAAA' }, 'invalid_grant'],
    ['another verifier', { code_verifier: 'v'.repeat(43) }, 'invalid_grant'],
    ['another redirect URI', { redirect_uri: 'https://client.test/' }, 'invalid_grant'],
    ['a verifier of another form', { code_verifier: 'short' }, 'invalid_request'],
    ['a missing member', { redirect_uri: undefined }, 'invalid_request'],
    ['an extra member', { resource: 'https://api.test/' }, 'invalid_request'],
    ['another type', { code: ['x'] }, 'invalid_request'],
    ['a client that may not refresh', { client_id: 'app-without-refresh' }, 'unauthorized_client'],
    ['a client without the code grant', { client_id: 'app-of-devices' }, 'unauthorized_client'],
    ['a client of no origin', { client_id: 'spa' }, 'unauthorized_client'],
    ['a client that is not there', { client_id: 'nobody' }, 'unauthorized_client'],
  ])('refuses %s, and leaves what the browser holds', async (_, changes, error) => {
    const { person } = await signedIn();
    const before = person.refreshCookie;
    const response = await person.redeem(await codeFor(person), { ...redirect, ...changes });
    expect(response.status).toBe(400);
    expect(response.headers.get('Cache-Control')).toBe('no-store');
    expect(await bodyOf(response)).toMatchObject({ error, error_description: expect.any(String) });
    expect(person.refreshCookie).toEqual(before);
    expect((await person.refresh(app)).status).toBe(200);
  });

  it('tells the developer of an unknown origin what to do', async () => {
    const { person, code } = await signedIn();
    const answer = await bodyOf(person.redeem(code, { ...redirect, client_id: 'spa' }));
    expect(answer).toMatchObject({ error_description: expect.stringMatching(/sessionOrigins.*key-bound/) });
  });

  it('refuses a code that is bound to a key: there is no proof to make here', async () => {
    const person = new AppPerson();
    await person.signUp();
    const { jkt } = await ProofKey.make();
    const code = await codeFor(person, { also: { dpop_jkt: jkt } });
    expect(await bodyOf(person.redeem(code, redirect))).toMatchObject({ error: 'invalid_grant' });
    expect(person.refreshCookie).toBeUndefined();
  });

  it('catches the second use of a code', async () => {
    const { person, code } = await signedIn();
    expect(await bodyOf(person.redeem(code, redirect))).toMatchObject({ error: 'invalid_grant' });
    expect(await refreshed(person)).toMatchObject({ error: 'invalid_grant', cause: 'code_reuse' });
  });
});

describe('the family that the browser held before', () => {
  const cookieOf = (person: AppPerson) => new Map(person.refreshCookie && [person.refreshCookie]);
  const withCookie = (cookies: Map<string, string>) => {
    const other = new AppPerson();
    for (const [name, value] of cookies) other.cookies.set(name, value);
    return other;
  };

  it('ends, and the one just founded lives', async () => {
    const { person } = await signedIn();
    const before = cookieOf(person);
    expect((await person.redeem(await codeFor(person), redirect)).status).toBe(200);
    expect(await refreshed(withCookie(before))).toMatchObject({
      error: 'invalid_grant',
      cause: 'superseded',
    });
    expect((await person.refresh(app)).status).toBe(200);
  });

  it('ends as copied when its chain went on without this browser', async () => {
    const { person } = await signedIn();
    const thief = withCookie(cookieOf(person));
    for (let times = 0; times < 2; times++) expect((await thief.refresh(app)).status).toBe(200);
    expect((await person.redeem(await codeFor(person), redirect)).status).toBe(200);
    expect(await refreshed(thief)).toMatchObject({ error: 'invalid_grant', cause: 'reuse' });
    expect((await person.refresh(app)).status).toBe(200);
  });

  it('ends at a sign-in by password as well', async () => {
    const { person } = await signedIn();
    const before = cookieOf(person);
    expect((await person.login(app)).status).toBe(200);
    expect(await refreshed(withCookie(before))).toMatchObject({ cause: 'superseded' });
    expect((await person.refresh(app)).status).toBe(200);
  });

  it('ends when it was another person’s', async () => {
    const { person } = await signedIn({ scope: 'openid offline_access' });
    const before = cookieOf(person);
    const next = await signedIn();
    const [name, value] = [...before][0] ?? ['', ''];
    const code = await codeFor(next.person);
    next.person.cookies.set(name, value);
    expect((await next.person.redeem(code, redirect)).status).toBe(200);
    expect(await refreshed(withCookie(before))).toMatchObject({ cause: 'superseded' });
    expect((await next.person.refresh(app)).status).toBe(200);
  });

  it('does not clear the newer one’s cookie with a late answer to a request of its own', async () => {
    const { person } = await signedIn();
    const before = cookieOf(person);
    await person.redeem(await codeFor(person), redirect);
    const late = await withCookie(before).refresh(app);
    expect(late.status).toBe(401);
    expect(late.headers.getSetCookie()).toEqual([]);
  });

  it('costs one call more, and only where there is one', async () => {
    const person = new AppPerson();
    await person.signUp();
    const codes = [await codeFor(person), await codeFor(person), await codeFor(person)];
    const calls = vi.spyOn(env.USER, 'getByName');
    const costOf = async (index: number) => {
      calls.mockClear();
      const code = codes[index] ?? { code: '', codeVerifier: '' };
      expect((await person.redeem(code, redirect)).status).toBe(200);
      return calls.mock.calls.length;
    };
    expect(await costOf(0)).toBe(1);
    expect(await costOf(1)).toBe(2);
    const [name = ''] = person.refreshCookie ?? [];
    person.cookies.set(name, 'pc_rt_garbage');
    expect(await costOf(2)).toBe(1);
  });

  it('that cannot be reached does not cost the sign-in', async () => {
    const { person } = await signedIn();
    const code = await codeFor(person);
    const real = env.USER.getByName.bind(env.USER);
    vi.spyOn(env.USER, 'getByName').mockImplementation((name) => {
      const stub = real(name);
      const perform: typeof stub.perform = (...call) =>
        call[1] === 'revokeFamily' ? (Promise.reject(new Error('gone')) as never) : stub.perform(...call);
      return { perform } as unknown as typeof stub;
    });
    vi.spyOn(console, 'error').mockImplementation(() => {});
    expect((await person.redeem(code, redirect)).status).toBe(200);
    vi.restoreAllMocks();
    expect((await person.refresh(app)).status).toBe(200);
  });
});
