import '../../issuer/inside.ts';
import { SELF } from 'cloudflare:test';
import { env } from 'cloudflare:workers';
import { describe, expect, it } from 'vitest';
import { codeVerifier, parametersOf } from '../../issuer/authorization.ts';
import { callback } from '../../issuer/config.ts';
import { clientSecret } from '../../issuer/credentials.ts';
import { signedUp } from '../../issuer/granted.ts';
import { lastCode, wrongCode } from '../../workerd/mail.ts';
import { issuer, type Person, password, post } from '../../workerd/person.ts';
import { ProofKey } from '../../workerd/proof-key.ts';

const path = '/oauth/authorization-challenge';

interface Answer {
  authorization_code?: string;
  auth_session?: string;
  accepts?: string[];
  error?: string;
  cause?: string;
  request_uri?: string;
}

/** The request that begins a sign-in in the app; without what only the authorization endpoint needs. */
const request = (changes: Record<string, string | undefined> = {}): Record<string, string> =>
  Object.fromEntries(
    parametersOf('headless', { response_type: undefined, redirect_uri: undefined, ...changes }),
  );

async function send(
  form: Record<string, string>,
  headers: Record<string, string> = {},
): Promise<{ status: number; answer: Answer }> {
  const response = await post(path, form, headers);
  expect(response.headers.get('Cache-Control')).toBe('no-store');
  expect(response.headers.get('Set-Cookie')).toBeNull();
  return { status: response.status, answer: (await response.json()) as Answer };
}

/** Begins a sign-in, and answers with what the app keeps. */
async function begun(changes: Record<string, string | undefined> = {}): Promise<string> {
  const { answer } = await send(request(changes));
  return answer.auth_session ?? '';
}

const redeem = (code: string, form: Record<string, string> = {}) =>
  post('/oauth/token', {
    grant_type: 'authorization_code',
    client_id: 'headless',
    code,
    code_verifier: codeVerifier,
    ...form,
  });

const credentialsOf = (person: Person) => ({ username: person.email, password });

it('a stranger’s guesses close the address of an app’s server for none of its people', async () => {
  const person = await signedUp();
  const app = { ...request({ client_id: 'headless-server' }), client_secret: clientSecret };
  const fromServer = { 'CF-Connecting-IP': '203.0.113.77' };
  await Promise.all(
    Array.from({ length: 12 }, (_, at) =>
      send({ ...app, username: `nobody-${at}@example.com`, password: 'wrong' }, fromServer),
    ),
  );
  const { answer } = await send({ ...app, ...credentialsOf(person) }, fromServer);
  expect(answer.authorization_code).toEqual(expect.any(String));
});

describe('a sign-in on the app’s own page', () => {
  it('goes step by step to a code, and with it to tokens', async () => {
    const person = await signedUp();
    const first = await send(request());
    expect(first.status).toBe(400);
    expect(first.answer).toMatchObject({ error: 'insufficient_authorization' });
    expect(first.answer.accepts).toContain('password');
    const auth_session = first.answer.auth_session ?? '';
    const second = await send({ client_id: 'headless', auth_session, ...credentialsOf(person) });
    expect(second).toEqual({ status: 200, answer: { authorization_code: expect.any(String) } });
    const response = await redeem(second.answer.authorization_code ?? '');
    expect(response.status).toBe(200);
    expect(await response.json()).toMatchObject({
      access_token: expect.any(String),
      id_token: expect.any(String),
      scope: 'openid',
    });
  });

  it('takes everything in one request as well', async () => {
    const person = await signedUp();
    const { answer } = await send({ ...request(), ...credentialsOf(person) });
    expect((await redeem(answer.authorization_code ?? '')).status).toBe(200);
    // A redirect_uri that the client has may be named, and counts then.
    const named = await send({ ...request({ redirect_uri: callback }), ...credentialsOf(person) });
    expect((await redeem(named.answer.authorization_code ?? '', { redirect_uri: callback })).status).toBe(
      200,
    );
  });

  it('binds the code to the verifier', async () => {
    const person = await signedUp();
    const { answer } = await send({ ...request(), ...credentialsOf(person) });
    const response = await redeem(answer.authorization_code ?? '', { code_verifier: `${codeVerifier}x` });
    expect(response.status).toBe(400);
  });

  it('is one of the sessions that the person sees, and ends with them', async () => {
    const person = await signedUp();
    const { answer } = await send({ ...request(), ...credentialsOf(person) }, { 'User-Agent': 'The app' });
    const tokens = (await (await redeem(answer.authorization_code ?? '')).json()) as { access_token: string };
    const userinfo = () =>
      post('/oauth/userinfo', {}, { Authorization: `Bearer ${tokens.access_token}` }).then(
        ({ status }) => status,
      );
    expect(await userinfo()).toBe(200);
    await person.submit('/account/sign-out-everywhere', {});
    expect(await userinfo()).toBe(401);
  });
});

describe('is refused', () => {
  it('a wrong password like an unknown person, and the sign-in goes on', async () => {
    const person = await signedUp();
    const auth_session = await begun();
    const attempt = (form: Record<string, string>) => send({ client_id: 'headless', auth_session, ...form });
    const wrong = await attempt({ username: person.email, password: 'not the password at all' });
    const unknown = await attempt({ username: 'nobody-here@example.com', password });
    for (const { status, answer } of [wrong, unknown]) {
      expect(status).toBe(400);
      expect(answer).toMatchObject({ error: 'insufficient_authorization', cause: 'wrong_credentials' });
    }
    expect(Object.keys(wrong.answer)).toEqual(Object.keys(unknown.answer));
    const right = await send({
      client_id: 'headless',
      auth_session: wrong.answer.auth_session ?? '',
      ...credentialsOf(person),
    });
    expect(right.status).toBe(200);
  });

  it('too many wrong passwords, with how long to wait', async () => {
    const person = await signedUp();
    const auth_session = await begun();
    const attempts = Array.from({ length: 12 }, () =>
      post(path, {
        client_id: 'headless',
        auth_session,
        username: person.email,
        password: 'guess after guess',
      }),
    );
    const statuses = (await Promise.all(attempts)).map(({ status }) => status);
    expect(statuses.filter((status) => status === 400)).toHaveLength(10);
    expect(statuses.filter((status) => status === 429)).toHaveLength(2);
    const locked = await post(path, { client_id: 'headless', auth_session, ...credentialsOf(person) });
    expect(locked.status).toBe(429);
    expect(Number(locked.headers.get('Retry-After'))).toBeGreaterThan(0);
  });

  it.each([
    ['a client that shows our pages', request({ client_id: 'spa' }), 'unauthorized_client'],
    ['an unknown client', request({ client_id: 'nobody' }), 'invalid_client'],
    ['a request without PKCE', request({ code_challenge: undefined }), 'invalid_request'],
    ['a scope that is not the client’s', request({ scope: 'openid admin' }), 'invalid_scope'],
    ['a resource that is not the client’s', request({ resource: 'https://other.test/' }), 'invalid_target'],
    ['a password without a name', { ...request(), password }, 'invalid_request'],
    ['a session of nobody', { client_id: 'headless', auth_session: 'made.up' }, 'invalid_session'],
  ])('%s', async (_name, form, error) => {
    const { status, answer } = await send(form);
    expect(status).toBe(400);
    expect(answer.error).toBe(error);
  });

  it('a redirect_uri that is not the client’s', async () => {
    const { status, answer } = await send(request({ redirect_uri: 'https://other.test/callback' }));
    expect([status, answer.error]).toEqual([400, 'invalid_request']);
  });

  it('another key than the one that began', async () => {
    const person = await signedUp();
    const [key, other] = [await ProofKey.make(), await ProofKey.make()];
    const begin = await key.send((headers) => post(path, request(), headers), { path });
    const { auth_session = '' } = (await begin.json()) as Answer;
    const rest = { client_id: 'headless', auth_session, ...credentialsOf(person) };
    for (const response of [
      await post(path, rest),
      await other.send((headers) => post(path, rest, headers), { path }),
    ]) {
      expect(await response.json()).toMatchObject({ error: 'invalid_session' });
    }
    const right = await key.send((headers) => post(path, rest, headers), { path });
    const { authorization_code = '' } = (await right.json()) as Answer;
    // The code is for that key alone (RFC 9449 §10).
    expect((await redeem(authorization_code)).status).toBe(400);
  });
});

it('goes on in a browser where the person must be asked, and leaves no session behind', async () => {
  const person = await signedUp();
  const { status, answer } = await send({ ...request({ prompt: 'consent' }), ...credentialsOf(person) });
  expect([status, answer.error]).toEqual([400, 'redirect_to_web']);
  const page = await person.get('/account');
  expect((await page.text()).match(/name="session_id"/g)).toHaveLength(1);
  const response = await person.get(
    `/oauth/authorize?${new URLSearchParams({ client_id: 'headless', request_uri: answer.request_uri ?? '' })}`,
  );
  expect(response.headers.get('Location')).toMatch(/^\/consent\?/);
});

it('says no to whom an administrator has disabled', async () => {
  const person = await signedUp();
  const { authorization_code = '' } = (await send({ ...request(), ...credentialsOf(person) })).answer;
  const tokens = (await (await redeem(authorization_code)).json()) as { id_token: string };
  const { sub } = JSON.parse(atob(tokens.id_token.split('.')[1] ?? '')) as { sub: string };
  await env.USER.getByName(sub).disable();
  const { answer } = await send({ ...request(), ...credentialsOf(person) });
  expect(answer).toMatchObject({ error: 'access_denied', cause: 'account_disabled' });
});

it('is in the metadata, and open to scripts of any origin', async () => {
  const metadata = (await (
    await SELF.fetch(`${issuer}/.well-known/oauth-authorization-server`)
  ).json()) as object;
  expect(metadata).toMatchObject({ authorization_challenge_endpoint: issuer + path });
  const response = await post(path, request(), { Origin: 'https://app.test' });
  expect(response.headers.get('Access-Control-Allow-Origin')).toBe('*');
});

describe('a code by mail', () => {
  const asked = async (username: string) => {
    const { answer } = await send({ ...request(), username, send: 'email_code' });
    return { auth_session: answer.auth_session ?? '', answer };
  };
  const attempt = (auth_session: string, email_code: string) =>
    send({ client_id: 'headless', auth_session, email_code });

  it('signs in, once, and proves the address', async () => {
    const person = await signedUp();
    const { auth_session, answer } = await asked(person.email);
    expect(answer).toMatchObject({ error: 'insufficient_authorization' });
    expect(answer.accepts).toEqual(['password', 'send', 'email_code']);
    const code = await lastCode(person.email);
    const wrong = await attempt(auth_session, wrongCode(code));
    expect(wrong.answer).toMatchObject({ cause: 'wrong_credentials' });
    const right = await attempt(auth_session, code);
    const tokens = (await (await redeem(right.answer.authorization_code ?? '')).json()) as {
      id_token: string;
    };
    expect(JSON.parse(atob(tokens.id_token.split('.')[1] ?? ''))).toMatchObject({ amr: ['email'] });
    const again = await attempt(auth_session, code);
    expect(again.answer).toMatchObject({ error: 'insufficient_authorization', cause: 'code_over' });
    expect(again.answer.accepts).not.toContain('email_code');
  });

  it('is of the app that asked alone', async () => {
    const person = await signedUp();
    await asked(person.email);
    const code = await lastCode(person.email);
    const other = await asked(person.email.replace('@', '+other@'));
    expect((await attempt(other.auth_session, code)).answer).toMatchObject({ cause: 'wrong_credentials' });
    const { answer } = await attempt(await begun(), code);
    expect(answer.authorization_code).toBeUndefined();
  });

  it('is promised to everybody alike', async () => {
    const person = await signedUp();
    const [known, unknown] = [await asked(person.email), await asked('nobody-there@example.com')];
    const { auth_session: _, ...rest } = known.answer;
    expect(unknown.answer).toMatchObject(rest);
    expect(Object.keys(unknown.answer)).toEqual(Object.keys(known.answer));
  });

  it('is not sent to what is no address', async () => {
    const { answer } = await asked('ada@example.com, eve@example.com');
    expect(answer.error).toBe('invalid_request');
  });
});

it('refuses a request that no auth_session could hold', async () => {
  const { answer } = await send(request({ state: 'x'.repeat(4000) }));
  expect(answer.error).toBe('invalid_request');
});
