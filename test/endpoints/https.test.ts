import { createExecutionContext, env } from 'cloudflare:test';
import { decodeJwt } from 'jose';
import { afterEach, beforeAll, describe, expect, it, vi } from 'vitest';
import type { DefineConfig } from '../../src/config/define.ts';
import { portcullis } from '../../src/index.ts';
import { challengeOf, Person, password, randomText } from '../workerd/person.ts';

// A second issuer, on https and in production, with clients whose policies differ from the defaults.

const issuer = 'https://auth.company.test';
const app = 'https://app.company.test';
const redirectUri = `${app}/callback`;
const production = {
  ...env,
  PORTCULLIS_ENVIRONMENT: 'production',
  PORTCULLIS_ISSUER: issuer,
  // The same root secret as the objects have, without its mark: production refuses a marked one.
  PORTCULLIS_SECRET: env.PORTCULLIS_SECRET.replace('development_', ''),
};
const client = { clientName: 'App', firstParty: true, redirectUris: [redirectUri], sessionOrigins: [app] };
const define: DefineConfig = (environment) => ({
  issuer: environment.PORTCULLIS_ISSUER,
  clients: [
    {
      ...client,
      clientId: 'brief',
      accessTokenSeconds: 60,
      resources: ['https://a.company.test', 'https://b.company.test'],
      refreshToken: { graceSeconds: 0, idleSeconds: 600, absoluteSeconds: 1200 },
    },
    { ...client, clientId: 'patient', refreshToken: { graceSeconds: 60 } },
    { ...client, clientId: 'codes-only', grantTypes: ['authorization_code'] },
  ],
  session: { idleSeconds: 1800, absoluteSeconds: 3600 },
  routes: [
    { path: '/*', host: 'guarded.company.test', origin: 'https://origin.company.test', allow: 'session' },
  ],
});

let send: (request: Request) => Promise<Response>;
beforeAll(() => {
  const worker = portcullis(define);
  send = async (request) => {
    const handled = worker.fetch?.(request as never, production, createExecutionContext());
    if (!handled) throw new Error('the Worker handles no requests');
    return handled;
  };
});
afterEach(() => {
  vi.useRealTimers();
  vi.restoreAllMocks();
});

const clockForward = (milliseconds: number) => {
  vi.useFakeTimers({ toFake: ['Date'], now: Date.now() + milliseconds });
};

class Visitor extends Person {
  override send(path: string, init: RequestInit): Promise<Response> {
    return this.through(path, init, issuer, send);
  }

  override submit(path: string, form: Record<string, string>): Promise<Response> {
    return super.submit(path, form, { Origin: issuer });
  }

  /** A call of the app's script to the session API. */
  call(method: string, path: string, body?: unknown): Promise<Response> {
    return this.send(path, {
      method,
      headers: { Origin: app, 'Sec-Fetch-Site': 'same-site', 'Content-Type': 'application/json' },
      ...(body !== undefined && { body: JSON.stringify(body) }),
    });
  }
}

const token = (form: Record<string, string>): Promise<Response> =>
  send(
    new Request(`${issuer}/oauth/token`, {
      method: 'POST',
      headers: { 'Content-Type': 'application/x-www-form-urlencoded' },
      body: new URLSearchParams(form).toString(),
    }),
  );
type Answer = Record<string, string>;
const bodyOf = async (response: Response | Promise<Response>) => (await (await response).json()) as Answer;
const refresh = (refreshToken: string | undefined, clientId: string, changes: Record<string, string> = {}) =>
  token({ grant_type: 'refresh_token', client_id: clientId, refresh_token: refreshToken ?? '', ...changes });

async function tokensOf(clientId: string, changes: Record<string, string> = {}) {
  const person = new Visitor();
  await person.signUp();
  const codeVerifier = randomText();
  const parameters = new URLSearchParams({
    response_type: 'code',
    client_id: clientId,
    redirect_uri: redirectUri,
    scope: 'openid',
    code_challenge: await challengeOf(codeVerifier),
    code_challenge_method: 'S256',
    ...changes,
  });
  const asked = await person.get(`/oauth/authorize?${parameters}`);
  const code = new URL(asked.headers.get('Location') ?? 'missing:').searchParams.get('code') ?? '';
  const form = { grant_type: 'authorization_code', client_id: clientId, redirect_uri: redirectUri, code };
  return { person, tokens: await bodyOf(token({ ...form, code_verifier: codeVerifier })) };
}

describe('an issuer on https', () => {
  it('names its cookies __Host- and marks them Secure', async () => {
    const person = new Visitor();
    const signedUp = await person.signUp();
    const signedIn = await person.call('POST', '/session/login', {
      client_id: 'patient',
      email: person.email,
      password,
    });
    expect(signedIn.status).toBe(200);
    const cookies = [...signedUp.headers.getSetCookie(), ...signedIn.headers.getSetCookie()].filter(
      (line) => !line.includes('Max-Age=0'),
    );
    expect(cookies.length).toBeGreaterThan(2);
    for (const cookie of cookies)
      expect(cookie).toMatch(
        /^__Host-portcullis-[^=]+=.*; Path=\/; HttpOnly; Secure; SameSite=(Lax|Strict)$/,
      );
    const maxAge = (name: string) =>
      cookies.find((line) => line.startsWith(`__Host-portcullis-${name}`))?.match(/Max-Age=(\d+)/)?.[1];
    expect(maxAge('session')).toBe('3600');
    expect(maxAge('refresh')).toBe(String(14 * 86_400));
  });

  it('lets the configured origin of a sibling host in, with credentials, and no other', async () => {
    const person = new Visitor();
    await person.signUp();
    const response = await person.call('GET', '/session/devices');
    expect(response.status).toBe(200);
    expect(response.headers.get('Access-Control-Allow-Origin')).toBe(app);
    expect(response.headers.get('Access-Control-Allow-Credentials')).toBe('true');
    expect(response.headers.get('Vary')).toContain('Origin');
  });

  it('does nothing with a plain request, for issuer and gate alike', async () => {
    const page = await send(new Request('http://auth.company.test/signin?flow=x'));
    expect([page.status, page.headers.get('Location')]).toEqual([308, `${issuer}/signin?flow=x`]);
    const posted = await send(
      new Request('http://auth.company.test/oauth/token', { method: 'POST', body: 'a=b' }),
    );
    expect(posted.status).toBe(403);
    const guarded = await send(new Request('http://guarded.company.test/x'));
    expect(guarded.headers.get('Location')).toBe('https://guarded.company.test/x');
  });

  it('tells browsers to stay on https', async () => {
    const response = await send(new Request(`${issuer}/signin`));
    expect(response.headers.get('Strict-Transport-Security')).toMatch(/^max-age=31536000/);
  });

  it('has no start page and no mailbox: the root leads to the account', async () => {
    const root = await send(new Request(`${issuer}/`, { redirect: 'manual' }));
    expect([root.status, root.headers.get('Location')]).toEqual([303, '/account']);
    expect((await send(new Request(`${issuer}/dev/mailbox`))).status).toBe(404);
  });
});

describe('each client has its own', () => {
  it('grace', async () => {
    const brief = await tokensOf('brief');
    await refresh(brief.tokens.refresh_token, 'brief');
    expect(await bodyOf(refresh(brief.tokens.refresh_token, 'brief'))).toMatchObject({ cause: 'reuse' });
    const patient = await tokensOf('patient');
    const next = await bodyOf(refresh(patient.tokens.refresh_token, 'patient'));
    clockForward(59_000);
    expect((await bodyOf(refresh(patient.tokens.refresh_token, 'patient'))).refresh_token).toBe(
      next.refresh_token,
    );
    clockForward(2_000);
    expect(await bodyOf(refresh(patient.tokens.refresh_token, 'patient'))).toMatchObject({ cause: 'reuse' });
  });

  it('idle and absolute lifetimes', async () => {
    const idle = await tokensOf('brief');
    clockForward(600_000);
    expect(await bodyOf(refresh(idle.tokens.refresh_token, 'brief'))).toMatchObject({ cause: 'idle_expiry' });
    vi.useRealTimers();
    const busy = await tokensOf('brief');
    clockForward(590_000);
    const second = await bodyOf(refresh(busy.tokens.refresh_token, 'brief'));
    clockForward(590_000);
    const third = await bodyOf(refresh(second.refresh_token, 'brief'));
    expect(third.refresh_token).toMatch(/^pc_rt_/);
    clockForward(20_000);
    expect(await bodyOf(refresh(third.refresh_token, 'brief'))).toMatchObject({ cause: 'absolute_expiry' });
  });

  it('access token lifetime', async () => {
    const { tokens } = await tokensOf('brief');
    const { exp = 0, iat = 0 } = decodeJwt(tokens.access_token ?? '');
    expect([exp - iat, Number(tokens.expires_in)]).toEqual([60, 60]);
  });

  it('tokens: another client that presents one learns nothing and changes nothing', async () => {
    const { tokens } = await tokensOf('brief');
    const stolen = await refresh(tokens.refresh_token, 'patient');
    expect(stolen.status).toBe(400);
    expect(await bodyOf(stolen)).toEqual({ error: 'invalid_grant', error_description: expect.any(String) });
    expect((await refresh(tokens.refresh_token, 'brief')).status).toBe(200);
  });

  it('grants: one without refresh tokens gets none, and none through the session API either', async () => {
    const { person, tokens } = await tokensOf('codes-only');
    expect(tokens.access_token).toBeDefined();
    expect(tokens.refresh_token).toBeUndefined();
    const login = await person.call('POST', '/session/login', {
      client_id: 'codes-only',
      email: person.email,
      password,
    });
    expect(await bodyOf(login)).toMatchObject({ error: 'unauthorized_client' });
  });
});

describe('the audience', () => {
  it('is the first registered resource unless others were asked for, and can be narrowed at each refresh', async () => {
    const audienceOf = (answer: Answer) => decodeJwt(answer.access_token ?? '').aud;
    const { tokens } = await tokensOf('brief');
    expect(audienceOf(tokens)).toEqual(['https://a.company.test', issuer]);
    const both = await tokensOf('brief', { resource: 'https://b.company.test', scope: 'profile' });
    expect(audienceOf(both.tokens)).toBe('https://b.company.test');
    const narrowed = await bodyOf(
      refresh(both.tokens.refresh_token, 'brief', { resource: 'https://b.company.test' }),
    );
    expect(audienceOf(narrowed)).toBe('https://b.company.test');
    expect(
      await bodyOf(refresh(narrowed.refresh_token, 'brief', { resource: 'https://a.company.test' })),
    ).toMatchObject({ error: 'invalid_target' });
  });
});

describe('a session', () => {
  it('is over after its own idle time, and after its own absolute time however busy', async () => {
    const idle = new Visitor();
    await idle.signUp();
    clockForward(1_799_000);
    expect((await idle.get('/account')).status).toBe(200);
    clockForward(1_801_000);
    expect((await idle.get('/account')).status).toBe(303);
    vi.useRealTimers();
    const busy = new Visitor();
    await busy.signUp();
    for (let minutes = 0; minutes < 55; minutes += 11) {
      clockForward(11 * 60_000);
      expect((await busy.get('/account')).status).toBe(200);
    }
    clockForward(6 * 60_000);
    expect((await busy.get('/account')).status).toBe(303);
  });
});

describe('when something is wrong inside', () => {
  it('the answer shows no fault of the configuration, and the log shows every one', async () => {
    const log = vi.spyOn(console, 'error').mockImplementation(() => {});
    const broken = portcullis(define);
    const response = await broken.fetch?.(
      new Request(`${issuer}/`) as never,
      { ...production, PORTCULLIS_SECRET: 'short' },
      createExecutionContext(),
    );
    expect(response?.status).toBe(503);
    expect(await response?.text()).not.toContain('PORTCULLIS_SECRET');
    expect(String(log.mock.calls)).toContain('PORTCULLIS_SECRET: ');
  });

  it('a bug answers 500 without a stack, without its message, with the id that the log has', async () => {
    const log = vi.spyOn(console, 'error').mockImplementation(() => {});
    const parameters = new URLSearchParams({
      response_type: 'code',
      client_id: 'brief',
      redirect_uri: redirectUri,
      scope: 'openid',
      code_challenge: await challengeOf(randomText()),
      code_challenge_method: 'S256',
    });
    vi.spyOn(crypto, 'getRandomValues').mockImplementation(() => {
      throw new TypeError('secret pc_rt_abc in a message');
    });
    const response = await new Visitor('a@example.com').get(`/oauth/authorize?${parameters}`);
    vi.restoreAllMocks();
    expect(response.status).toBe(500);
    const text = await response.text();
    expect(text).not.toMatch(/pc_rt_abc|TypeError| at .*\.ts/);
    const logged = log.mock.calls.flat().join('\n');
    expect(logged).not.toContain('pc_rt_abc');
    const { requestId } = JSON.parse(logged.split('\n').at(-1) ?? '{}') as { requestId: string };
    expect(text).toContain(requestId);
  });
});
