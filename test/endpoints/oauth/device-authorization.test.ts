import '../../issuer/inside.ts';
import { env, SELF } from 'cloudflare:test';
import { createLocalJWKSet, decodeJwt, type JSONWebKeySet, jwtVerify } from 'jose';
import { afterEach, describe, expect, it, vi } from 'vitest';
import { api, callback, notes } from '../../issuer/config.ts';
import { clientSecret } from '../../issuer/credentials.ts';
import { issuer, post, type Tokens } from '../../workerd/person.ts';
import { ProofKey } from '../../workerd/proof-key.ts';
import { type Codes, decide, deviceGrant, errorOf, somebody, television } from '../../workerd/television.ts';

// Sign-ups hash passwords, which takes its time on a busy machine.
vi.setConfig({ testTimeout: 30_000 });

afterEach(() => {
  vi.useRealTimers();
  vi.restoreAllMocks();
});

const clockForward = (seconds: number) =>
  vi.useFakeTimers({ toFake: ['Date'], now: Date.now() + seconds * 1000 });
const basic = { Authorization: `Basic ${btoa(`device-with-secret:${clientSecret}`)}` };
const tokensOf = async (response: Promise<Response>) => (await (await response).json()) as Tokens;

/** A person who allowed the device, and the codes of the device. */
async function allowed(form: Record<string, string> = {}, headers: Record<string, string> = {}) {
  const person = await somebody();
  const codes = await television.codes(form, headers);
  await decide(person, codes.user_code, 'allow');
  return { person, codes };
}

describe('the device authorization endpoint', () => {
  it('answers with the codes, where to enter them, and how often to ask', async () => {
    const response = await television.ask({ scope: 'openid' });
    expect(response.status).toBe(200);
    expect(response.headers.get('Content-Type')).toMatch(/^application\/json/);
    expect(response.headers.get('Cache-Control')).toBe('no-store');
    const codes = (await response.json()) as Codes;
    expect(codes).toEqual({
      device_code: expect.stringMatching(/^pc_dc_[\w-]{104}$/),
      user_code: expect.stringMatching(/^[BCDFGHJ-NP-TV-XZ]{4}-[BCDFGHJ-NP-TV-XZ]{4}$/),
      verification_uri: `${issuer}/device`,
      verification_uri_complete: `${issuer}/device?user_code=${codes.user_code}`,
      expires_in: 600,
      interval: 5,
    });
  });

  it('is in the discovery documents, with the grant', async () => {
    for (const name of ['openid-configuration', 'oauth-authorization-server']) {
      const metadata = await (await SELF.fetch(`${issuer}/.well-known/${name}`)).json();
      expect(metadata).toMatchObject({
        device_authorization_endpoint: `${issuer}/oauth/device_authorization`,
        grant_types_supported: expect.arrayContaining([deviceGrant]),
      });
    }
  });

  it.each([
    ['invalid_client', { client_id: 'nobody' }, {}],
    ['invalid_client', { client_id: 'device', client_secret: 'x' }, {}],
    ['invalid_client', { client_id: 'device-with-secret' }, {}],
    ['unauthorized_client', { client_id: 'spa' }, {}],
    ['invalid_scope', { scope: 'openid admin' }, {}],
    ['invalid_target', { resource: 'https://other.test/' }, {}],
    ['invalid_request', {}, { 'Content-Type': 'application/json' }],
  ])('refuses with %s: %j', async (error, form, headers) => {
    const made = vi.spyOn(env.DEVICE_AUTHORIZATION, 'getByName');
    const response = await television.ask(form as Record<string, string>, headers as Record<string, string>);
    expect([400, 401]).toContain(response.status);
    expect(response.headers.get('Cache-Control')).toBe('no-store');
    expect(await response.json()).toMatchObject({ error });
    expect(made).not.toHaveBeenCalled();
  });

  it('takes a client with a secret when it proves that it is the one', async () => {
    expect((await television.ask({}, basic)).status).toBe(200);
    const wrong = { Authorization: `Basic ${btoa('device-with-secret:wrong')}` };
    expect(await errorOf(television.ask({}, wrong))).toBe('invalid_client');
  });

  it('is for programs: POST only, and no page of another origin reads the answer', async () => {
    const get = await SELF.fetch(`${issuer}/oauth/device_authorization`);
    expect(get.status).toBe(405);
    const cors = await television.ask({}, { Origin: 'https://page.test' });
    expect(cors.headers.get('Access-Control-Allow-Origin')).toBeNull();
  });
});

describe('a device that polls', () => {
  it('waits, is slowed down when it asks too soon, and for good', async () => {
    const codes = await television.codes();
    const first = await television.poll(codes);
    expect(first.status).toBe(400);
    expect(first.headers.get('Cache-Control')).toBe('no-store');
    expect(await first.json()).toMatchObject({ error: 'authorization_pending' });
    expect(await errorOf(television.poll(codes))).toBe('slow_down');
    clockForward(6);
    expect(await errorOf(television.poll(codes))).toBe('slow_down');
    clockForward(15);
    expect(await errorOf(television.poll(codes))).toBe('authorization_pending');
  });

  it('gets tokens of the person who allowed it, in the session in which they did', async () => {
    const { person, codes } = await allowed({ scope: 'openid email api:read', resource: api });
    const response = await television.poll(codes);
    expect(response.status).toBe(200);
    expect(response.headers.get('Cache-Control')).toBe('no-store');
    const tokens = (await response.json()) as Tokens;
    expect(tokens).toMatchObject({ token_type: 'Bearer', scope: 'openid email api:read', expires_in: 300 });
    const keys = await (await SELF.fetch(`${issuer}/.well-known/jwks.json`)).json();
    const { payload } = await jwtVerify(tokens.id_token, createLocalJWKSet(keys as JSONWebKeySet), {
      issuer,
      audience: 'device',
    });
    expect(payload).toMatchObject({ amr: ['pwd'] });
    expect(payload).not.toHaveProperty('nonce');
    const userinfo = await SELF.fetch(`${issuer}/oauth/userinfo`, {
      headers: { Authorization: `Bearer ${tokens.access_token}` },
    });
    expect(await userinfo.json()).toMatchObject({ email: person.email, sub: payload.sub });
    const access = decodeJwt(tokens.access_token);
    expect(access).toMatchObject({ client_id: 'device', sub: payload.sub, sid: payload.sid });
    expect(access.aud).toContain(api);
    expect(await (await person.get('/account')).text()).toContain('Television');
  });

  it('gets a family: its refresh token goes on, and ends with the session that allowed it', async () => {
    const { person, codes } = await allowed({ scope: 'openid' });
    const { refresh_token } = await tokensOf(television.poll(codes));
    const form = { grant_type: 'refresh_token', client_id: 'device' };
    const next = await tokensOf(post('/oauth/token', { ...form, refresh_token }));
    expect(next.refresh_token).toMatch(/^pc_rt_/);
    await person.submit('/account/sign-out-everywhere', {});
    expect(await errorOf(post('/oauth/token', { ...form, refresh_token: next.refresh_token }))).toBe(
      'invalid_grant',
    );
  });

  it('keeps its access after the session when it was granted offline_access', async () => {
    const { person, codes } = await allowed({ scope: 'openid offline_access' });
    const { refresh_token } = await tokensOf(television.poll(codes));
    const session = (await (await person.get('/account')).text()).match(/name="session_id" value="([^"]+)"/);
    await person.submit('/account/sign-out', { session_id: session?.[1] ?? '' });
    const answer = await post('/oauth/token', {
      grant_type: 'refresh_token',
      client_id: 'device',
      refresh_token,
    });
    expect(answer.status).toBe(200);
  });

  it('is refused when the person signed out before it came for its tokens', async () => {
    const { person, codes } = await allowed();
    await person.submit('/account/sign-out-everywhere', {});
    expect(await errorOf(television.poll(codes))).toBe('invalid_grant');
  });

  it('redeems its code once; a second use ends what the first one got', async () => {
    const { codes } = await allowed();
    const { refresh_token } = await tokensOf(television.poll(codes));
    clockForward(5);
    expect(await errorOf(television.poll(codes))).toBe('invalid_grant');
    const answer = await post('/oauth/token', {
      grant_type: 'refresh_token',
      client_id: 'device',
      refresh_token,
    });
    expect(await answer.json()).toMatchObject({ error: 'invalid_grant', cause: 'code_reuse' });
  });

  it('twice at once redeems once, and keeps what it got', async () => {
    const { codes } = await allowed();
    const answers = await Promise.all([1, 2, 3].map(async () => (await television.poll(codes)).json()));
    const errors = answers.map((answer) => (answer as { error?: string }).error);
    expect(errors.toSorted()).toEqual(['slow_down', 'slow_down', undefined]);
    const { refresh_token } = answers.find((answer) => !(answer as { error?: string }).error) as Tokens;
    const form = { grant_type: 'refresh_token', client_id: 'device', refresh_token };
    expect((await post('/oauth/token', form)).status).toBe(200);
  });

  it('loses nothing when the person’s object does not answer for a while', async () => {
    const { codes } = await allowed();
    const users = vi.spyOn(env.USER, 'getByName').mockImplementation(() => {
      throw new Error('away');
    });
    expect((await television.poll(codes)).status).toBe(503);
    users.mockRestore();
    clockForward(5);
    expect((await television.poll(codes)).status).toBe(200);
  });

  it('learns that the person denied', async () => {
    const codes = await television.codes();
    await decide(await somebody(), codes.user_code, 'deny');
    expect(await errorOf(television.poll(codes))).toBe('access_denied');
  });

  it('learns that its code has expired, approved or not', async () => {
    const waiting = await television.codes();
    const { codes } = await allowed();
    clockForward(600);
    expect(await errorOf(television.poll(waiting))).toBe('expired_token');
    expect(await errorOf(television.poll(codes))).toBe('expired_token');
  });

  it('with the code of another client gets nothing and slows nobody down', async () => {
    const { codes } = await allowed();
    expect(await errorOf(television.poll(codes, {}, basic))).toBe('invalid_grant');
    expect((await television.poll(codes)).status).toBe(200);
  });

  it('must be a client that may use the grant, and must prove who it is', async () => {
    const codes = await television.codes({}, basic);
    expect(await errorOf(television.poll(codes, { client_id: 'spa' }))).toBe('unauthorized_client');
    expect(await errorOf(television.poll(codes, { client_id: 'device-with-secret' }))).toBe('invalid_client');
  });

  it('with garbage for a code wakes no object', async () => {
    const made = vi.spyOn(env.DEVICE_AUTHORIZATION, 'getByName');
    const { device_code } = await television.codes();
    made.mockClear();
    const garbage = ['x', `${device_code.slice(0, -1)}${device_code.endsWith('A') ? 'B' : 'A'}`];
    for (const code of [...garbage, device_code.replace('pc_dc_', 'pc_ac_')]) {
      expect(await errorOf(television.poll({ device_code: code }))).toBe('invalid_grant');
    }
    expect(await errorOf(television.poll({ device_code: '' }))).toBe('invalid_request');
    expect(made).not.toHaveBeenCalled();
  });

  it('cannot pass its code off as an authorization code', async () => {
    const { codes } = await allowed();
    const users = vi.spyOn(env.USER, 'getByName');
    for (const code of [codes.device_code, codes.device_code.replace('pc_dc_', 'pc_ac_')]) {
      const form = { grant_type: 'authorization_code', client_id: 'spa', code, redirect_uri: callback };
      expect(await errorOf(post('/oauth/token', { ...form, code_verifier: 'v'.repeat(43) }))).toBe(
        'invalid_grant',
      );
    }
    expect(users).not.toHaveBeenCalled();
  });

  it('may ask for fewer of the resources it was granted, and for no others', async () => {
    const { codes } = await allowed({ resource: api }, basic);
    expect(await errorOf(television.poll(codes, { resource: notes }, basic))).toBe('invalid_target');
    clockForward(5);
    expect((await television.poll(codes, { resource: api }, basic)).status).toBe(200);
  });

  it('without the refresh token grant gets none', async () => {
    const { codes } = await allowed({ scope: 'openid' }, basic);
    const tokens = await tokensOf(television.poll(codes, {}, basic));
    expect(tokens).not.toHaveProperty('refresh_token');
    expect(decodeJwt(tokens.id_token).aud).toBe('device-with-secret');
  });

  it('with a DPoP proof gets tokens bound to its key, the refresh token too', async () => {
    const { codes } = await allowed();
    const key = await ProofKey.make();
    const response = await key.send((headers) => television.poll(codes, {}, headers));
    const tokens = (await response.json()) as Tokens;
    expect(tokens.token_type).toBe('DPoP');
    expect(decodeJwt(tokens.access_token).cnf).toEqual({ jkt: key.jkt });
    const form = { grant_type: 'refresh_token', client_id: 'device', refresh_token: tokens.refresh_token };
    expect(await errorOf(post('/oauth/token', form))).toBe('invalid_grant');
    expect((await key.send((headers) => post('/oauth/token', form, headers))).status).toBe(200);
  });
});
