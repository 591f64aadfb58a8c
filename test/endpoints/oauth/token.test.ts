import { env, evictDurableObject, runInDurableObject, SELF } from 'cloudflare:test';
import { createLocalJWKSet, decodeJwt, type JSONWebKeySet, jwtVerify } from 'jose';
import { afterEach, describe, expect, it, vi } from 'vitest';
import { base64url, sha256 } from '../../../src/crypto/bytes.ts';
import {
  codeFor,
  exchange,
  issuer,
  Person,
  personWithTokens,
  post,
  redirectUri,
  refresh,
  type Tokens,
} from '../../workerd/person.ts';

afterEach(() => {
  vi.useRealTimers();
});

const jwks = async () =>
  createLocalJWKSet((await (await SELF.fetch(`${issuer}/.well-known/jwks.json`)).json()) as JSONWebKeySet);
const tokensOf = async (response: Response | Promise<Response>): Promise<Tokens> => {
  const answer = await response;
  expect(answer.status).toBe(200);
  return (await answer.json()) as Tokens;
};
const errorOf = async (response: Response | Promise<Response>) => {
  const answer = await response;
  expect(answer.headers.get('Content-Type')).toMatch(/^application\/json/);
  expect(answer.headers.get('Cache-Control')).toBe('no-store');
  return {
    status: answer.status,
    ...((await answer.json()) as { error: string; error_description: string; cause?: string }),
  };
};
const objectOf = (tokens: Tokens) => env.USER.getByName(decodeJwt(tokens.access_token).sub ?? '');
const clockForward = (milliseconds: number) => {
  vi.useFakeTimers({ toFake: ['Date'], now: Date.now() + milliseconds });
};

describe('the authorization code grant', () => {
  it('answers with a signed access token as RFC 9068 has it', async () => {
    const { tokens } = await personWithTokens();
    const { payload, protectedHeader } = await jwtVerify(tokens.access_token, await jwks(), { issuer });
    expect(protectedHeader).toMatchObject({ typ: 'at+jwt', alg: 'ES256' });
    expect(payload).toMatchObject({
      aud: [`${issuer}/demo/api`, issuer],
      client_id: 'demo',
      scope: 'openid profile email demo:read',
      sid: expect.any(String),
      jti: expect.any(String),
      auth_time: expect.any(Number),
    });
    expect((payload.exp ?? 0) - (payload.iat ?? 0)).toBe(300);
    expect(tokens).toMatchObject({
      token_type: 'Bearer',
      expires_in: 300,
      scope: 'openid profile email demo:read',
    });
  });

  it('answers with a signed ID token as OpenID Connect has it', async () => {
    const { tokens } = await personWithTokens();
    const { payload, protectedHeader } = await jwtVerify(tokens.id_token, await jwks(), {
      issuer,
      audience: 'demo',
    });
    expect(protectedHeader).toMatchObject({ typ: 'JWT', alg: 'RS256' });
    expect(payload).toEqual({
      iss: issuer,
      aud: 'demo',
      sub: decodeJwt(tokens.access_token).sub,
      iat: expect.any(Number),
      exp: (payload.iat ?? 0) + 300,
      nonce: 'n-1',
      auth_time: expect.any(Number),
      amr: ['pwd'],
      acr: 'urn:portcullis:acr:single-factor',
      sid: decodeJwt(tokens.access_token).sid,
      at_hash: expect.any(String),
    });
    const hash = await sha256(tokens.access_token);
    expect(payload.at_hash).toBe(base64url.encode(hash.subarray(0, 16)));
  });

  it('puts claims into the ID token that the request asks for by name', async () => {
    const claims = JSON.stringify({ id_token: { email: null, name: { essential: true }, nickname: null } });
    const { tokens, person } = await personWithTokens({ claims });
    const payload = decodeJwt(tokens.id_token);
    expect(payload).toMatchObject({ email: person.email, name: 'Ada' });
    expect(payload).not.toHaveProperty('nickname');
    expect(payload).not.toHaveProperty('email_verified');
  });

  it('gives no ID token without openid', async () => {
    const { tokens } = await personWithTokens({ scope: 'demo:read' });
    expect(tokens.id_token).toBeUndefined();
    expect(decodeJwt(tokens.access_token).aud).toBe(`${issuer}/demo/api`);
  });

  it('takes a code once; the second use ends what the first one issued', async () => {
    const { tokens, code, codeVerifier } = await personWithTokens();
    expect(await errorOf(exchange(code, codeVerifier))).toMatchObject({
      status: 400,
      error: 'invalid_grant',
    });
    expect(await errorOf(refresh(tokens.refresh_token))).toMatchObject({
      error: 'invalid_grant',
      cause: 'code_reuse',
    });
  });

  it('gives one success to fifty redemptions of one code at once', async () => {
    const person = new Person();
    await person.signUp();
    const { code, codeVerifier } = await codeFor(person);
    const statuses = await Promise.all(
      Array.from({ length: 50 }, async () => (await exchange(code, codeVerifier)).status),
    );
    expect(statuses.filter((status) => status === 200)).toHaveLength(1);
  });

  it('takes a code for 60 seconds', async () => {
    const person = new Person();
    await person.signUp();
    const { code, codeVerifier } = await codeFor(person);
    clockForward(60_000);
    expect(await errorOf(exchange(code, codeVerifier))).toMatchObject({ error: 'invalid_grant' });
    vi.useRealTimers();
    const quick = await codeFor(person);
    clockForward(59_000);
    expect((await exchange(quick.code, quick.codeVerifier)).status).toBe(200);
  });

  it.each([
    ['another verifier', { code_verifier: 'x'.repeat(43) }],
    ['another redirect URI', { redirect_uri: 'http://localhost:8787/other' }],
    ['another client', { client_id: 'example-react' }],
  ])('refuses %s, and loses nothing by it', async (_, changes) => {
    const person = new Person();
    await person.signUp();
    const { code, codeVerifier } = await codeFor(person);
    expect(await errorOf(exchange(code, codeVerifier, changes))).toMatchObject({ error: 'invalid_grant' });
    expect((await exchange(code, codeVerifier)).status).toBe(200);
  });

  it('refuses a code of a session that has ended', async () => {
    const person = new Person();
    await person.signUp();
    const { code, codeVerifier } = await codeFor(person);
    await person.submit('/account/sign-out-everywhere', {});
    expect(await errorOf(exchange(code, codeVerifier))).toMatchObject({ error: 'invalid_grant' });
  });

  it('refuses a resource that was not granted, before the code is used', async () => {
    const person = new Person();
    await person.signUp();
    const { code, codeVerifier } = await codeFor(person);
    expect(await errorOf(exchange(code, codeVerifier, { resource: 'https://other.example' }))).toMatchObject({
      error: 'invalid_target',
    });
    expect((await exchange(code, codeVerifier)).status).toBe(200);
  });
});

describe('the refresh token grant', () => {
  it('rotates: a new refresh token and a new access token of the same session and scope', async () => {
    const { tokens } = await personWithTokens();
    const next = await tokensOf(refresh(tokens.refresh_token));
    expect(next.refresh_token).not.toBe(tokens.refresh_token);
    const [before, after] = [decodeJwt(tokens.access_token), decodeJwt(next.access_token)];
    expect(after).toMatchObject({
      sid: before.sid,
      scope: before.scope,
      aud: before.aud,
      auth_time: before.auth_time,
    });
    expect(after.jti).not.toBe(before.jti);
    await tokensOf(refresh(next.refresh_token));
  });

  it('gives fifty redemptions at once the same successor, and makes one generation', async () => {
    const { tokens } = await personWithTokens();
    const answers = await Promise.all(
      Array.from({ length: 50 }, () => tokensOf(refresh(tokens.refresh_token))),
    );
    expect(new Set(answers.map((answer) => answer.refresh_token)).size).toBe(1);
    const rows = await runInDurableObject(objectOf(tokens), (_, state) =>
      state.storage.sql.exec<{ generation: number }>('SELECT generation FROM family').toArray(),
    );
    expect(rows).toEqual([{ generation: 1 }]);
  });

  it('gives the same successor after the object was evicted', async () => {
    const { tokens } = await personWithTokens();
    const first = await tokensOf(refresh(tokens.refresh_token));
    await evictDurableObject(objectOf(tokens));
    expect((await tokensOf(refresh(tokens.refresh_token))).refresh_token).toBe(first.refresh_token);
  });

  it('ends the family on reuse after the grace, for both sides, and tells the cause', async () => {
    const { tokens } = await personWithTokens();
    const next = await tokensOf(refresh(tokens.refresh_token));
    clockForward(10_000);
    expect(await errorOf(refresh(tokens.refresh_token))).toMatchObject({
      status: 400,
      error: 'invalid_grant',
      cause: 'reuse',
    });
    expect(await errorOf(refresh(next.refresh_token))).toMatchObject({
      error: 'invalid_grant',
      cause: 'reuse',
    });
  });

  it('closes the grace as soon as the successor is used', async () => {
    const { tokens } = await personWithTokens();
    const next = await tokensOf(refresh(tokens.refresh_token));
    const last = await tokensOf(refresh(next.refresh_token));
    expect(await errorOf(refresh(tokens.refresh_token))).toMatchObject({
      error: 'invalid_grant',
      cause: 'reuse',
    });
    expect(await errorOf(refresh(last.refresh_token))).toMatchObject({ error: 'invalid_grant' });
  });

  it('ends after the idle time and after the absolute time', async () => {
    const idle = await personWithTokens();
    clockForward(14 * 86_400_000);
    expect(await errorOf(refresh(idle.tokens.refresh_token))).toMatchObject({
      error: 'invalid_grant',
      cause: 'idle_expiry',
    });
    vi.useRealTimers();
    const busy = await personWithTokens();
    let { refresh_token: refreshToken } = busy.tokens;
    for (let days = 0; days < 80; days += 10) {
      clockForward(10 * 86_400_000);
      ({ refresh_token: refreshToken } = await tokensOf(refresh(refreshToken)));
    }
    clockForward(10 * 86_400_000);
    expect(await errorOf(refresh(refreshToken))).toMatchObject({
      error: 'invalid_grant',
      cause: 'absolute_expiry',
    });
  });

  it('narrows scope and audience for one access token only', async () => {
    const { tokens } = await personWithTokens();
    const narrow = await tokensOf(refresh(tokens.refresh_token, { scope: 'demo:read' }));
    expect(narrow.scope).toBe('demo:read');
    expect(decodeJwt(narrow.access_token).scope).toBe('demo:read');
    const wide = await tokensOf(refresh(narrow.refresh_token));
    expect(wide.scope).toBe('openid profile email demo:read');
  });

  it('refuses wider scope and resource without rotating', async () => {
    const { tokens } = await personWithTokens({ scope: 'openid' });
    expect(await errorOf(refresh(tokens.refresh_token, { scope: 'openid email' }))).toMatchObject({
      error: 'invalid_scope',
    });
    expect(await errorOf(refresh(tokens.refresh_token, { resource: 'https://b.example' }))).toMatchObject({
      error: 'invalid_target',
    });
    await tokensOf(refresh(tokens.refresh_token));
  });

  it('refuses another client, and the honest one goes on', async () => {
    const { tokens } = await personWithTokens();
    expect(await errorOf(refresh(tokens.refresh_token, { client_id: 'example-react' }))).toMatchObject({
      error: 'invalid_grant',
    });
    await tokensOf(refresh(tokens.refresh_token));
  });

  it('leaves nothing in storage that is a token or its secret', async () => {
    const { tokens } = await personWithTokens();
    const next = await tokensOf(refresh(tokens.refresh_token));
    const dump = await runInDurableObject(objectOf(tokens), (_, state) => {
      const tables = state.storage.sql
        .exec<{ name: string }>(
          "SELECT name FROM sqlite_master WHERE type = 'table' AND name NOT LIKE '\\_cf%' ESCAPE '\\'",
        )
        .toArray();
      return tables
        .flatMap(({ name }) =>
          state.storage.sql.exec(`SELECT * FROM "${name}"`).toArray().flatMap(Object.values),
        )
        .map((value) => (value instanceof ArrayBuffer ? [...new Uint8Array(value)].join() : String(value)));
    });
    for (const token of [tokens.refresh_token, next.refresh_token]) {
      const bytes = Uint8Array.from(atob(token.slice(6).replaceAll('-', '+').replaceAll('_', '/')), (c) =>
        c.charCodeAt(0),
      );
      const secret = [...bytes.slice(30, 62)].join();
      expect(secret.split(',')).toHaveLength(32);
      expect(dump.filter((value) => value.includes(secret) || value.includes(token))).toEqual([]);
    }
  });
});

describe('malformed token requests', () => {
  const form = { 'Content-Type': 'application/x-www-form-urlencoded' };
  const raw = (body: BodyInit, headers: Record<string, string> = form) =>
    SELF.fetch(`${issuer}/oauth/token`, { method: 'POST', headers, body });

  it.each([
    ['no body', '', 'invalid_request'],
    ['no client', 'grant_type=refresh_token&refresh_token=x', 'invalid_request'],
    ['an unknown client', 'grant_type=refresh_token&client_id=nobody&refresh_token=x', 'invalid_client'],
    [
      'a secret of a public client',
      'grant_type=refresh_token&client_id=demo&client_secret=x',
      'invalid_client',
    ],
    ['no grant type', 'client_id=demo', 'invalid_request'],
    ['an unknown grant type', 'client_id=demo&grant_type=password', 'unsupported_grant_type'],
    [
      'a grant type named like an object member',
      'client_id=demo&grant_type=constructor',
      'unsupported_grant_type',
    ],
    ['no refresh token', 'client_id=demo&grant_type=refresh_token', 'invalid_request'],
    [
      'a garbage refresh token',
      'client_id=demo&grant_type=refresh_token&refresh_token=garbage',
      'invalid_grant',
    ],
    [
      'a forged refresh token',
      `client_id=demo&grant_type=refresh_token&refresh_token=pc_rt_${'A'.repeat(104)}`,
      'invalid_grant',
    ],
    [
      'a very long refresh token',
      `client_id=demo&grant_type=refresh_token&refresh_token=pc_rt_${'A'.repeat(20_000)}`,
      'invalid_grant',
    ],
    ['no code', 'client_id=demo&grant_type=authorization_code', 'invalid_request'],
    [
      'a garbage code',
      `client_id=demo&grant_type=authorization_code&code=x&redirect_uri=${redirectUri}&code_verifier=${'v'.repeat(43)}`,
      'invalid_grant',
    ],
    [
      'a short verifier',
      `client_id=demo&grant_type=authorization_code&code=x&redirect_uri=${redirectUri}&code_verifier=short`,
      'invalid_request',
    ],
    [
      'no verifier',
      `client_id=demo&grant_type=authorization_code&code=x&redirect_uri=${redirectUri}`,
      'invalid_request',
    ],
    ['a repeated parameter', 'client_id=demo&client_id=demo&grant_type=refresh_token', 'invalid_request'],
    ['a broken escape', 'client_id=%zz', 'invalid_request'],
  ])('%s', async (_, body, error) => {
    expect(await errorOf(raw(body))).toMatchObject({ status: 400, error });
  });

  it('another content type', async () => {
    expect(
      await errorOf(raw('{"grant_type":"refresh_token"}', { 'Content-Type': 'application/json' })),
    ).toMatchObject({ status: 400, error: 'invalid_request' });
    expect(await errorOf(raw('grant_type=refresh_token', {}))).toMatchObject({
      status: 400,
      error: 'invalid_request',
    });
  });

  it('bytes that are no UTF-8', async () => {
    expect(await errorOf(raw(Uint8Array.of(0x61, 0x3d, 0xff)))).toMatchObject({
      status: 400,
      error: 'invalid_request',
    });
  });

  it('an Authorization header of a public client', async () => {
    const response = await raw('client_id=demo&grant_type=refresh_token', {
      ...form,
      Authorization: 'Basic ZGVtbzo=',
    });
    expect(response.headers.get('WWW-Authenticate')).toMatch(/^Basic /);
    expect(await errorOf(response)).toMatchObject({ status: 401, error: 'invalid_client' });
  });

  it('megabytes', async () => {
    const response = await raw('a'.repeat(2_000_000));
    expect(response.status).toBe(413);
    expect(await response.json()).toMatchObject({ error: 'invalid_request' });
  });

  it('another method', async () => {
    const response = await SELF.fetch(`${issuer}/oauth/token`);
    expect(response.status).toBe(405);
    expect(response.headers.get('Allow')).toBe('POST');
  });

  it('a forged token wakes no object', async () => {
    const { tokens } = await personWithTokens();
    const forged = `${tokens.refresh_token.slice(0, -4)}AAAA`;
    const getByName = vi.spyOn(env.USER, 'getByName');
    expect(await errorOf(refresh(forged))).toMatchObject({ error: 'invalid_grant' });
    expect(
      await errorOf(
        post('/oauth/revoke', { client_id: 'demo', token: forged }).then((r) =>
          r.status === 200
            ? Response.json({ error: 'none' }, { headers: { 'Cache-Control': 'no-store' } })
            : r,
        ),
      ),
    ).toMatchObject({ error: 'none' });
    expect(getByName).not.toHaveBeenCalled();
    getByName.mockRestore();
  });
});

it('lets scripts of other origins call it, without credentials', async () => {
  const response = await SELF.fetch(`${issuer}/oauth/token`, {
    method: 'OPTIONS',
    headers: { Origin: 'https://app.example', 'Access-Control-Request-Method': 'POST' },
  });
  expect(response.headers.get('Access-Control-Allow-Origin')).toBe('*');
  expect(response.headers.get('Access-Control-Allow-Credentials')).toBeNull();
});
