import '../../issuer/inside.ts';
import { env, SELF } from 'cloudflare:test';
import { createLocalJWKSet, decodeJwt, type JSONWebKeySet, jwtVerify } from 'jose';
import { afterEach, describe, expect, it, vi } from 'vitest';
import { api, notes, reports } from '../../issuer/config.ts';
import { clientSecret } from '../../issuer/credentials.ts';
import { basic, granted, introspected } from '../../issuer/granted.ts';
import { issuer, post, refresh, type Tokens } from '../../workerd/person.ts';
import { ProofKey } from '../../workerd/proof-key.ts';

afterEach(() => {
  vi.useRealTimers();
  vi.restoreAllMocks();
});

const inactive = { active: false };
const scope = 'openid offline_access api:read notes:read';
const forNotes = { scope, resource: [notes] };
const forApi = { scope, resource: [api] };
const signedType = 'application/token-introspection+jwt';

describe('an access token', () => {
  it.each([
    ['JWT', forApi, api, 300],
    ['opaque', forNotes, notes, 120],
  ])(
    '%s is told to the server of its resource, as RFC 7662 names it',
    async (_, asked, resource, seconds) => {
      const { tokens } = await granted(asked);
      const response = await post('/oauth/introspect', { token: tokens.access_token }, basic('notes-server'));
      expect(response.status).toBe(200);
      expect(response.headers.get('Content-Type')).toBe('application/json');
      expect(response.headers.get('Cache-Control')).toBe('no-store');
      const answer = (await response.json()) as { iat: number };
      expect(answer).toMatchObject({
        active: true,
        token_type: 'Bearer',
        iss: issuer,
        sub: decodeJwt(tokens.id_token).sub,
        aud: [resource, issuer],
        client_id: 'spa',
        iat: expect.any(Number),
        exp: answer.iat + seconds,
        jti: expect.any(String),
        sid: decodeJwt(tokens.id_token).sid,
        acr: 'urn:portcullis:acr:single-factor',
        amr: ['pwd'],
      });
    },
  );

  it('of another resource is nobody else’s business', async () => {
    const { tokens } = await granted(forNotes);
    expect(await introspected(tokens.access_token, 'exchanger')).toEqual(inactive);
    const { tokens: others } = await granted({
      clientId: 'several',
      scope: 'reports:read',
      resource: [reports],
    });
    expect(await introspected(others.access_token)).toEqual(inactive);
  });

  it('is told to the client that it was issued to', async () => {
    const own = async (clientId: string) => {
      const form = { grant_type: 'client_credentials', resource: notes };
      const tokens = (await (await post('/oauth/token', form, basic('machine'))).json()) as Tokens;
      return introspected(tokens.access_token, clientId);
    };
    expect(await own('machine')).toMatchObject({ active: true, sub: 'machine' });
    expect(await own('basic')).toEqual(inactive);
  });

  it('names the key that it is bound to', async () => {
    const key = await ProofKey.make();
    const { tokens } = await granted({ ...forNotes, key });
    expect(await introspected(tokens.access_token)).toMatchObject({
      token_type: 'DPoP',
      cnf: { jkt: key.jkt },
    });
  });

  it.each([
    ['its sign-out everywhere', ({ person }: Granted) => person.submit('/account/sign-out-everywhere', {})],
    [
      'the revocation of its family',
      ({ tokens }: Granted) => post('/oauth/revoke', { client_id: 'spa', token: tokens.refresh_token }),
    ],
    [
      'its own revocation',
      ({ tokens }: Granted) => post('/oauth/revoke', { client_id: 'spa', token: tokens.access_token }),
    ],
    ['its end', () => vi.useFakeTimers({ toFake: ['Date'], now: Date.now() + 301_000 })],
  ])('is inactive at once after %s, in both formats', async (_, end) => {
    const both = await Promise.all([granted(forApi), granted(forNotes)]);
    for (const one of both) expect((await introspected(one.tokens.access_token)).active).toBe(true);
    for (const one of both) await end(one);
    for (const one of both) expect(await introspected(one.tokens.access_token)).toEqual(inactive);
  });

  it('that is none of ours is inactive', async () => {
    const { tokens } = await granted(forApi);
    const { access_token: jwt, id_token: idToken } = tokens;
    const { access_token: opaque } = (await granted(forNotes)).tokens;
    const [header, , signature] = jwt.split('.');
    const others = [
      'garbage',
      'a.b.c',
      'pc_at_',
      'pc_xx_AAAA',
      idToken,
      `${jwt.slice(0, -4)}AAAA`,
      `${header}.${btoa('{}').replaceAll('=', '')}.${signature}`,
      `${opaque.slice(0, -4)}AAAA`,
      opaque.replace('pc_at_', 'pc_rt_'),
      'x'.repeat(20_000),
    ];
    for (const token of others) expect(await introspected(token), token.slice(0, 20)).toEqual(inactive);
  });
});

type Granted = Awaited<ReturnType<typeof granted>>;

describe('a refresh token', () => {
  const forBasic = { ...forApi, clientId: 'basic', headers: basic('basic') };
  const rotated = async ({ refresh_token }: Tokens) => {
    const form = { grant_type: 'refresh_token', refresh_token };
    return (await (await post('/oauth/token', form, basic('basic'))).json()) as Tokens;
  };

  it('is told to its own client alone', async () => {
    const { tokens } = await granted(forBasic);
    expect(await introspected(tokens.refresh_token, 'notes-server')).toEqual(inactive);
    const answer = await introspected(tokens.refresh_token, 'basic');
    expect(answer).toEqual({
      active: true,
      iss: issuer,
      sub: decodeJwt(tokens.id_token).sub,
      client_id: 'basic',
      scope,
      sid: decodeJwt(tokens.id_token).sid,
      auth_time: decodeJwt(tokens.id_token).auth_time,
      iat: expect.any(Number),
      exp: (answer.iat as number) + 14 * 86_400,
    });
  });

  it('is active for as long as it would be answered, and asking about it changes nothing', async () => {
    const { tokens } = await granted(forBasic);
    const next = await rotated(tokens);
    expect((await introspected(tokens.refresh_token, 'basic')).active).toBe(true);
    vi.useFakeTimers({ toFake: ['Date'], now: Date.now() + 11_000 });
    expect(await introspected(tokens.refresh_token, 'basic')).toEqual(inactive);
    expect((await introspected(next.refresh_token, 'basic')).active).toBe(true);
    expect((await rotated(next)).access_token).toBeTruthy();
  });

  it('is inactive after its revocation, and when it is none of ours', async () => {
    const { tokens } = await granted(forBasic);
    await post('/oauth/revoke', { token: tokens.refresh_token }, basic('basic'));
    for (const token of [tokens.refresh_token, `${tokens.refresh_token.slice(0, -4)}AAAA`, 'pc_rt_'])
      expect(await introspected(token, 'basic')).toEqual(inactive);
  });
});

describe('whoever asks', () => {
  it.each([
    ['nobody', {}, {}],
    ['a public client', { client_id: 'spa' }, {}],
    ['a wrong secret', {}, { Authorization: `Basic ${btoa('notes-server:wrong')}` }],
    ['a client without its method', { client_id: 'notes-server', client_secret: clientSecret }, {}],
  ])('is refused as %s', async (_, form, headers) => {
    const { tokens } = await granted(forNotes);
    const response = await post(
      '/oauth/introspect',
      { token: tokens.access_token, ...(form as Record<string, string>) },
      headers as Record<string, string>,
    );
    expect(response.status).toBeGreaterThanOrEqual(400);
    expect(response.status).toBeLessThan(402);
    expect(await response.json()).not.toHaveProperty('active');
  });

  it('must send a token, in a form', async () => {
    expect(await (await post('/oauth/introspect', {}, basic('notes-server'))).json()).toMatchObject({
      error: 'invalid_request',
    });
    const json = { ...basic('notes-server'), 'Content-Type': 'application/json' };
    expect((await post('/oauth/introspect', { token: 'x' }, json)).status).toBe(400);
    expect((await SELF.fetch(`${issuer}/oauth/introspect?token=x`)).status).toBe(405);
  });

  it('may hint whatever it likes', async () => {
    const { tokens } = await granted(forNotes);
    for (const token_type_hint of ['refresh_token', 'access_token', 'pigeon']) {
      const form = { token: tokens.access_token, token_type_hint };
      const response = await post('/oauth/introspect', form, basic('notes-server'));
      expect(await response.json()).toMatchObject({ active: true });
    }
  });

  it('is told of trouble as trouble, and not that the token is inactive', async () => {
    const { tokens } = await granted(forNotes);
    vi.spyOn(env.USER, 'getByName').mockImplementation(() => {
      throw new Error('the object is gone');
    });
    const response = await post('/oauth/introspect', { token: tokens.access_token }, basic('notes-server'));
    expect(response.status).toBe(503);
    expect(response.headers.get('Retry-After')).toBe('1');
  });

  it('is no script in a page', async () => {
    const response = await post(
      '/oauth/introspect',
      { token: 'x' },
      { ...basic('notes-server'), Origin: 'https://x.test' },
    );
    expect(response.headers.get('Access-Control-Allow-Origin')).toBeNull();
  });
});

describe('a signed answer (RFC 9701)', () => {
  const ask = (token: string, accept: string) =>
    post('/oauth/introspect', { token }, { ...basic('notes-server'), Accept: accept });

  it('says in one claim what the plain one says, for the caller alone, with a type of its own', async () => {
    const { tokens } = await granted(forNotes);
    const response = await ask(tokens.access_token, signedType);
    expect(response.headers.get('Content-Type')).toBe(signedType);
    expect(response.headers.get('Cache-Control')).toBe('no-store');
    const published = await (await SELF.fetch(`${issuer}/.well-known/jwks.json`)).json();
    const { payload, protectedHeader } = await jwtVerify(
      await response.text(),
      createLocalJWKSet(published as JSONWebKeySet),
    );
    expect(protectedHeader).toMatchObject({ typ: 'token-introspection+jwt', alg: 'RS256' });
    expect(payload).toEqual({
      iss: issuer,
      aud: 'notes-server',
      iat: expect.any(Number),
      token_introspection: await introspected(tokens.access_token),
    });
  });

  it('says of an inactive token nothing but that', async () => {
    const claims = decodeJwt(await (await ask('garbage', signedType)).text());
    expect(claims.token_introspection).toEqual(inactive);
  });

  it.each([
    [`application/json;q=0.5, ${signedType.toUpperCase()};q=0.9`, signedType],
    [`${signedType};q=0`, 'application/json'],
    ['application/json', 'application/json'],
    ['*/*', 'application/json'],
    ['', 'application/json'],
  ])('is for whoever names it: %j', async (accept, type) => {
    expect((await ask('garbage', accept)).headers.get('Content-Type')).toBe(type);
  });

  it('is no access token, and no introspection of itself', async () => {
    const { tokens } = await granted(forNotes);
    const jwt = await (await ask(tokens.access_token, signedType)).text();
    expect(await introspected(jwt)).toEqual(inactive);
  });
});

it('asks one object, once', async () => {
  const { tokens } = await granted(forNotes);
  const again = (await (await refresh(tokens.refresh_token, { client_id: 'spa' })).json()) as Tokens;
  for (const token of [again.access_token, tokens.access_token]) {
    const spy = vi.spyOn(env.USER, 'getByName');
    expect((await introspected(token)).active).toBe(true);
    expect(spy).toHaveBeenCalledTimes(1);
    vi.restoreAllMocks();
  }
});
