import '../../issuer/inside.ts';
import { env, SELF } from 'cloudflare:test';
import { createLocalJWKSet, decodeJwt, type JSONWebKeySet, jwtVerify } from 'jose';
import { afterEach, describe, expect, it, vi } from 'vitest';
import { leadsTo, parametersOf } from '../../issuer/authorization.ts';
import { api, notes } from '../../issuer/config.ts';
import { authorized, granted, redeemed, signedUp, userinfo } from '../../issuer/granted.ts';
import { issuer, type Person, type Tokens } from '../../workerd/person.ts';
import { ProofKey } from '../../workerd/proof-key.ts';

afterEach(() => {
  vi.restoreAllMocks();
});

const known = {
  given_name: 'Ada',
  family_name: 'Lovelace',
  birthdate: '1815-12-10',
  address: { locality: 'London', country: 'GB' },
  phone_number: '+442079460000',
  phone_number_verified: false,
};

/** A person of whom more is known, with the tokens of a client. */
async function knownPerson(asked: Parameters<typeof granted>[0]) {
  const person = await signedUp();
  const first = await tokensFor(person, { scope: 'openid' });
  await env.USER.getByName(decodeJwt(first.id_token).sub ?? '').setProfile({ claims: known });
  return { person, tokens: await tokensFor(person, asked) };
}
const tokensFor = async (person: Person, asked: Parameters<typeof granted>[0] = {}) =>
  (await (await redeemed(await authorized(person, asked), asked)).json()) as Tokens;
const answered = async (response: Promise<Response>) =>
  (await (await response).json()) as Record<string, unknown>;

describe('what it tells', () => {
  it.each([
    ['openid', []],
    ['openid profile', ['name', 'given_name', 'family_name', 'birthdate', 'updated_at']],
    ['openid email', ['email', 'email_verified']],
    ['openid address', ['address']],
    ['openid phone', ['phone_number', 'phone_number_verified']],
  ])('for the scope %s', async (scope, names) => {
    const { tokens } = await knownPerson({ scope });
    const answer = await answered(userinfo(`Bearer ${tokens.access_token}`));
    expect(Object.keys(answer).sort()).toEqual(['sub', ...names].sort());
    expect(answer.sub).toBe(decodeJwt(tokens.id_token).sub);
    for (const name of names)
      if (name in known) expect(answer[name]).toEqual(known[name as keyof typeof known]);
  });

  it('for the claims that the request named, and them alone', async () => {
    const claims = JSON.stringify({
      userinfo: { phone_number: null, email: { essential: true } },
      id_token: { name: null },
    });
    const { tokens, person } = await knownPerson({ scope: 'openid', also: { claims } });
    expect(await answered(userinfo(`Bearer ${tokens.access_token}`))).toEqual({
      sub: decodeJwt(tokens.id_token).sub,
      phone_number: known.phone_number,
      email: person.email,
    });
  });

  it('signed, where the client wants that', async () => {
    const { tokens } = await granted({ clientId: 'several', scope: 'openid email' });
    const response = await userinfo(`Bearer ${tokens.access_token}`);
    expect(response.headers.get('Content-Type')).toBe('application/jwt');
    expect(response.headers.get('Cache-Control')).toBe('no-store');
    const published = await (await SELF.fetch(`${issuer}/.well-known/jwks.json`)).json();
    const { payload, protectedHeader } = await jwtVerify(
      new TextDecoder().decode(await response.arrayBuffer()),
      createLocalJWKSet(published as JSONWebKeySet),
    );
    expect(protectedHeader.alg).toBe('ES256');
    expect(payload).toEqual({
      iss: issuer,
      aud: 'several',
      sub: decodeJwt(tokens.id_token).sub,
      email: expect.any(String),
      email_verified: false,
    });
  });
});

const form = (parameters: string): RequestInit => ({
  method: 'POST',
  body: parameters,
  headers: { 'Content-Type': 'application/x-www-form-urlencoded' },
});

describe('how the token comes', () => {
  it.each([
    ['JWT', api],
    ['opaque', notes],
  ])('%s: by GET, by POST, and in a form', async (_, resource) => {
    const { tokens } = await granted({ resource: [resource] });
    const { access_token: token } = tokens;
    for (const response of [
      await userinfo(`Bearer ${token}`),
      await userinfo(`bearer ${token}`, { method: 'POST' }),
      await userinfo(`Bearer ${token}`, form('')),
      await userinfo(undefined, form(`access_token=${token}`)),
    ]) {
      expect(response.status).toBe(200);
      expect(response.headers.get('Access-Control-Allow-Origin')).toBe('*');
    }
  });

  it('in two ways at once it is refused', async () => {
    const { access_token: token } = (await granted()).tokens;
    for (const response of [
      await userinfo(`Bearer ${token}`, form(`access_token=${token}`)),
      await userinfo('Basic x', form(`access_token=${token}`)),
      await userinfo(undefined, form(`access_token=${token}&access_token=${token}`)),
      await userinfo(`Bearer ${token}`, {}, `/oauth/userinfo?access_token=${token}`),
    ]) {
      expect(response.status).toBe(400);
      expect(response.headers.get('WWW-Authenticate')).toMatch(/^Bearer error="invalid_request"/);
    }
  });

  it('in the address it is refused', async () => {
    const { access_token: token } = (await granted()).tokens;
    const response = await userinfo(undefined, {}, `/oauth/userinfo?access_token=${token}`);
    expect(response.status).toBe(400);
    expect(await response.json()).toMatchObject({ error: 'invalid_request' });
  });

  it('of another media type a body is no token', async () => {
    const { access_token: token } = (await granted()).tokens;
    const init = { method: 'POST', body: `access_token=${token}`, headers: { 'Content-Type': 'text/plain' } };
    const response = await userinfo(undefined, init);
    expect(response.status).toBe(401);
    expect(response.headers.get('WWW-Authenticate')).not.toContain('error=');
  });

  it('without the scope openid it is told which scope is missing', async () => {
    const { tokens } = await granted({ clientId: 'nowhere', scope: 'profile' });
    const response = await userinfo(`Bearer ${tokens.access_token}`);
    expect(response.status).toBe(403);
    expect(response.headers.get('WWW-Authenticate')).toMatch(
      /^Bearer error="insufficient_scope", .*scope="openid"$/,
    );
  });
});

describe('a token that is bound to a key', () => {
  const path = '/oauth/userinfo';
  const bound = async (resource: string) => {
    const key = await ProofKey.make();
    const { tokens } = await granted({ resource: [resource], key });
    return { key, token: tokens.access_token };
  };
  const ask = (key: ProofKey, token: string, changes = {}) =>
    key.send((headers) => userinfo(`DPoP ${token}`, { headers }), {
      method: 'GET',
      path,
      accessToken: token,
      ...changes,
    });

  it.each([api, notes])('opens with a proof, for %s', async (resource) => {
    const { key, token } = await bound(resource);
    expect((await ask(key, token)).status).toBe(200);
    const posted = await key.send((headers) => userinfo(`DPoP ${token}`, { method: 'POST', headers }), {
      method: 'POST',
      path,
      accessToken: token,
    });
    expect(posted.status).toBe(200);
  });

  it('is refused as a bearer token, in the header and in the body', async () => {
    const { token } = await bound(notes);
    for (const response of [
      await userinfo(`Bearer ${token}`),
      await userinfo(undefined, form(`access_token=${token}`)),
    ]) {
      expect(response.status).toBe(401);
      expect(response.headers.get('WWW-Authenticate')).toMatch(/^DPoP error="invalid_token", .*algs="ES256/);
    }
  });

  it('is refused without a proof, with another’s, and with one for another token', async () => {
    const { key, token } = await bound(api);
    const others = await ProofKey.make();
    for (const response of [
      await userinfo(`DPoP ${token}`),
      await ask(others, token),
      await ask(key, token, { accessToken: 'another' }),
      await ask(key, token, { method: 'POST' }),
    ]) {
      expect(response.status).toBe(401);
      expect(response.headers.get('WWW-Authenticate')).toMatch(/^DPoP error="/);
    }
  });

  it('cannot be shown twice with one proof', async () => {
    const { key, token } = await bound(api);
    await ask(key, token);
    const DPoP = await key.proof({ method: 'GET', path, accessToken: token });
    expect((await userinfo(`DPoP ${token}`, { headers: { DPoP } })).status).toBe(200);
    expect((await userinfo(`DPoP ${token}`, { headers: { DPoP } })).status).toBe(401);
  });

  it('is not what a bearer token becomes by being sent as one', async () => {
    const { access_token: token } = (await granted()).tokens;
    const key = await ProofKey.make();
    const response = await ask(key, token);
    expect(response.status).toBe(401);
    expect(response.headers.get('WWW-Authenticate')).toMatch(/^DPoP error="invalid_token"/);
  });
});

it('signs nothing that could pass for an ID token', async () => {
  const { person, tokens } = await granted({ clientId: 'several' });
  const signed = new TextDecoder().decode(
    await (await userinfo(`Bearer ${tokens.access_token}`)).arrayBuffer(),
  );
  const hinted = async (id_token_hint: string) => {
    const parameters = parametersOf('several', { id_token_hint, prompt: 'none' });
    return leadsTo(await person.get(`/oauth/authorize?${parameters}`)).searchParams;
  };
  expect((await hinted(tokens.id_token)).get('code')).toMatch(/^pc_ac_/);
  expect((await hinted(signed)).get('error')).toBe('invalid_request');
});

it('asks one object, once, and says 503 when that is in trouble', async () => {
  const { tokens } = await granted();
  const spy = vi.spyOn(env.USER, 'getByName');
  expect((await userinfo(`Bearer ${tokens.access_token}`)).status).toBe(200);
  expect(spy).toHaveBeenCalledTimes(1);
  spy.mockImplementation(() => {
    throw new Error('the object is gone');
  });
  expect((await userinfo(`Bearer ${tokens.access_token}`)).status).toBe(503);
});
