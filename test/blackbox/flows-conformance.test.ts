import { decodeJwt, type JSONWebKeySet } from 'jose';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { api, callback, notes } from '../issuer/addresses.ts';
import { clientSecret } from '../issuer/credentials.ts';
import { startIssuer } from '../runtime/issuer.ts';
import type { Runtime } from '../runtime/runtime.ts';
import { endpoints } from './endpoints.ts';
import { openUntilAway, somebody } from './flows.ts';
import { type Answer, jsonOf, locationOf, post, send } from './http.ts';
import type { Person } from './person.ts';

// What the specifications demand and no library would notice: see requirements/.

let runtime: Runtime;
let url: string;
let metadata: Record<string, unknown>;
beforeAll(async () => {
  runtime = await startIssuer();
  ({ url } = runtime);
  metadata = jsonOf(await send(`${url}/.well-known/openid-configuration`));
});
afterAll(() => runtime.stop());

type Parameters = Record<string, string>;

const basic = (clientId: string) => ({
  Authorization: `Basic ${Buffer.from(`${clientId}:${clientSecret}`).toString('base64')}`,
});
const form = { 'Content-Type': 'application/x-www-form-urlencoded' };
const postAs = (clientId: string, path: string, parameters: Parameters): Promise<Answer> =>
  send(url + path, {
    method: 'POST',
    headers: { ...form, ...basic(clientId) },
    body: new URLSearchParams(parameters).toString(),
  });

async function codeFor(person: Person, changes: Parameters = {}): Promise<string> {
  const parameters = new URLSearchParams({
    response_type: 'code',
    client_id: 'post',
    redirect_uri: callback,
    scope: 'openid email offline_access api:read',
    nonce: 'n-1',
    ...changes,
  });
  const location = await openUntilAway(person, `${url}/oauth/authorize?${parameters}`);
  return location?.searchParams.get('code') ?? '';
}

const client = { client_id: 'post', client_secret: clientSecret };
const redeem = async (person: Person, changes: Parameters = {}): Promise<Answer> =>
  post(`${url}/oauth/token`, {
    ...client,
    grant_type: 'authorization_code',
    redirect_uri: callback,
    code: await codeFor(person, changes),
  });

describe('metadata', () => {
  test('is JSON at both places, of the issuer that was asked, without empty lists', async () => {
    for (const name of ['openid-configuration', 'oauth-authorization-server']) {
      const answer = await send(`${url}/.well-known/${name}`);
      expect(answer.status).toBe(200);
      expect(answer.headers.get('Content-Type')).toMatch(/^application\/json/);
      expect(jsonOf(answer)).toEqual(metadata);
    }
    expect(metadata.issuer).toBe(url);
    expect(Object.values(metadata).filter((value) => Array.isArray(value) && value.length === 0)).toEqual([]);
  });

  test('names every endpoint that there is, and none that is not', async () => {
    const named = Object.entries(metadata).flatMap(([name, value]) =>
      /(_endpoint|jwks_uri)$/.test(name) ? [String(value)] : [],
    );
    const there = new Set(
      endpoints.filter(({ path }) => path.startsWith('/oauth/')).map(({ path }) => url + path),
    );
    there.add(`${url}/.well-known/jwks.json`);
    // Its address is in the answer of a registration (RFC 7592 §3).
    there.delete(`${url}/oauth/register/AAAAAAAAAAA`);
    expect(named.sort()).toEqual([...there].sort());
  });

  test('leads to public signature keys, each with its name, use and algorithm', async () => {
    const { keys } = JSON.parse((await send(String(metadata.jwks_uri))).text) as JSONWebKeySet;
    expect(keys.length).toBeGreaterThan(1);
    for (const key of keys) {
      expect(key).toMatchObject({ use: 'sig', kid: expect.any(String), alg: expect.any(String) });
      expect(key).not.toHaveProperty('d');
      expect(key).not.toHaveProperty('k');
    }
    expect(new Set(keys.map(({ kid }) => kid)).size).toBe(keys.length);
    expect(keys.map(({ alg }) => alg)).toEqual(
      expect.arrayContaining(metadata.id_token_signing_alg_values_supported as string[]),
    );
  });

  test('lists algorithms wherever keys of clients are taken, and never "none"', () => {
    for (const name of [
      'token_endpoint_auth_signing_alg_values_supported',
      'revocation_endpoint_auth_signing_alg_values_supported',
      'introspection_endpoint_auth_signing_alg_values_supported',
      'request_object_signing_alg_values_supported',
      'dpop_signing_alg_values_supported',
      'id_token_signing_alg_values_supported',
      'userinfo_signing_alg_values_supported',
      'introspection_signing_alg_values_supported',
    ]) {
      expect(metadata[name], name).toEqual(expect.arrayContaining([expect.any(String)]));
      for (const algorithm of metadata[name] as string[]) expect(algorithm).toMatch(/^(ES|RS|PS|Ed)/);
    }
    expect(metadata.id_token_signing_alg_values_supported).toContain('RS256');
  });
});

describe('the token endpoint', () => {
  test('takes no credential and no parameter from its address', async () => {
    const parameters = { ...client, grant_type: 'authorization_code', redirect_uri: callback };
    const person = await somebody(url);
    const code = await codeFor(person);
    for (const inAddress of ['client_secret', 'client_id', 'grant_type']) {
      const { [inAddress as 'code']: value, ...body } = { ...parameters, code };
      const answer = await post(`${url}/oauth/token?${inAddress}=${value}`, body as Parameters);
      expect(answer.status, inAddress).toBe(400);
    }
    expect((await post(`${url}/oauth/token`, { ...parameters, code })).status).toBe(200);
  });

  test('overlooks parameters that it does not know', async () => {
    const answer = await postAs('machine', '/oauth/token', {
      grant_type: 'client_credentials',
      scope: 'api:read',
      resource: api,
      unknown: 'x',
      __proto__x: 'y',
    });
    expect(answer.status).toBe(200);
  });

  test('keeps tokens out of every cache', async () => {
    const tokens = await redeem(await somebody(url));
    const refreshed = await post(`${url}/oauth/token`, {
      ...client,
      grant_type: 'refresh_token',
      refresh_token: String(jsonOf(tokens).refresh_token),
    });
    const own = await postAs('machine', '/oauth/token', {
      grant_type: 'client_credentials',
      scope: 'notes:read',
      resource: notes,
    });
    for (const { status, headers } of [tokens, refreshed, own]) {
      expect([status, headers.get('Cache-Control'), headers.get('Pragma')]).toEqual([
        200,
        'no-store',
        'no-cache',
      ]);
    }
  });
});

describe('the revocation endpoint', () => {
  test.each(['access_token', 'refresh_token', 'unknown'])(
    'finds a token whatever the hint says: %s',
    async (hint) => {
      const { refresh_token: refreshToken } = jsonOf(await redeem(await somebody(url)));
      const token = String(refreshToken);
      expect((await post(`${url}/oauth/revoke`, { ...client, token, token_type_hint: hint })).status).toBe(
        200,
      );
      const answer = await post(`${url}/oauth/token`, {
        ...client,
        grant_type: 'refresh_token',
        refresh_token: token,
      });
      expect(jsonOf(answer).error).toBe('invalid_grant');
    },
  );
});

describe('codes and tokens', () => {
  test('have more than 128 bits that nobody can guess', async () => {
    const person = await somebody(url);
    const issued: string[][] = [[], [], []];
    for (let time = 0; time < 24; time += 1) {
      issued[0]?.push(await codeFor(person));
      const { refresh_token, access_token } = jsonOf(
        await redeem(person, { scope: 'openid notes:read', resource: notes }),
      );
      issued[1]?.push(String(refresh_token));
      issued[2]?.push(String(access_token));
    }
    for (const texts of issued) {
      expect(new Set(texts).size).toBe(24);
      // At a place that is random, 24 letters out of 64 are hardly ever fewer than 14 different ones.
      const shortest = Math.min(...texts.map((text) => text.length));
      const randomPlaces = Array.from(
        { length: shortest },
        (_, at) => new Set(texts.map((text) => text[at])),
      ).filter((letters) => letters.size >= 14);
      expect(randomPlaces.length * 6).toBeGreaterThan(128);
    }
  });
});

describe('a redirect', () => {
  test('after a form was posted is 303, so that the browser posts it to nobody else', async () => {
    const person = await somebody(url);
    const elsewhere = person.elsewhere();
    const query = new URLSearchParams({
      response_type: 'code',
      client_id: 'post',
      redirect_uri: callback,
      scope: 'openid',
      nonce: 'n-1',
    });
    await elsewhere.browser.open(`${url}/oauth/authorize?${query}`);
    const { url: action, ...sent } = elsewhere.browser.filled('/signin', {
      email: person.email,
      password: person.password,
    });
    const answer = await elsewhere.browser.send(action, sent);
    expect(answer.status).toBe(303);
    expect(locationOf(answer)).toMatch(/^https:\/\/client\.test\/callback\?code=pc_ac_/);
  });
});

describe('a resource', () => {
  test.each(['notes', '/notes', `${notes}#here`, 'https://', ' '])(
    'that is no absolute URI, or has a fragment, is invalid_target: %j',
    async (resource) => {
      const answer = await postAs('machine', '/oauth/token', {
        grant_type: 'client_credentials',
        scope: 'notes:read',
        resource,
      });
      expect([answer.status, jsonOf(answer).error]).toEqual([400, 'invalid_target']);
    },
  );
});

describe('the text of an error', () => {
  test('is plain, whatever of the request it quotes', async () => {
    const body = new URLSearchParams({
      grant_type: 'client_credentials',
      scope: 'notes:read',
      resource: notes,
    });
    body.append('resource', '{"a":"\\ä\n"}');
    const answer = await send(`${url}/oauth/token`, {
      method: 'POST',
      headers: { ...form, ...basic('machine') },
      body: body.toString(),
    });
    expect(jsonOf(answer)).toMatchObject({
      error: 'invalid_target',
      error_description: expect.stringMatching(/^[\x20\x21\x23-\x5b\x5d-\x7e]+$/),
    });
  });
});

describe('a token of a client', () => {
  test('is for nobody in person: no sub of it is a person’s', async () => {
    const answer = await postAs('machine', '/oauth/token', {
      grant_type: 'client_credentials',
      scope: 'api:read',
      resource: api,
    });
    const claims = decodeJwt(String(jsonOf(answer).access_token));
    expect(claims).toMatchObject({ sub: 'machine', client_id: 'machine' });
    for (const claim of ['sid', 'auth_time', 'acr', 'amr', 'email']) expect(claims).not.toHaveProperty(claim);
    const own = decodeJwt(String(jsonOf(await redeem(await somebody(url))).id_token)).sub;
    // What a client is called is chosen by people; what a person is called here, by nobody.
    expect(own).toMatch(/^[\w-]{22}$/);
  });
});

describe('headers of proxies', () => {
  test('change nothing of what the issuer says of itself', async () => {
    const headers = {
      'X-Forwarded-Host': 'evil.example',
      'X-Forwarded-Proto': 'https',
      'X-Forwarded-For': '203.0.113.9',
      'X-Original-URL': '/oauth/logout',
      'X-Rewrite-URL': '/oauth/logout',
      Forwarded: 'host=evil.example;proto=https',
    };
    const answer = await send(`${url}/.well-known/openid-configuration`, { headers });
    expect(jsonOf(answer)).toEqual(metadata);
    const asked = await send(`${url}/oauth/authorize?client_id=nobody`, { headers });
    expect(asked.status).toBe(400);
    expect(asked.text + JSON.stringify([...asked.headers])).not.toContain('evil.example');
  });
});

describe('the subject', () => {
  test('is one short name of the person for every client, and no other person’s', async () => {
    const [one, other] = [await somebody(url), await somebody(url)];
    const subjectOf = async (person: Person, clientId: string) => {
      const parameters = { client_id: clientId, client_secret: clientSecret };
      const challenge = 'E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM';
      const code = await codeFor(person, {
        client_id: clientId,
        code_challenge: challenge,
        code_challenge_method: 'S256',
      });
      const body = {
        grant_type: 'authorization_code',
        redirect_uri: callback,
        code,
        code_verifier: 'dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk',
      };
      const answer = await (clientId === 'basic'
        ? postAs(clientId, '/oauth/token', body)
        : post(`${url}/oauth/token`, { ...body, ...parameters }));
      return decodeJwt(String(jsonOf(answer).id_token)).sub ?? '';
    };
    const sub = await subjectOf(one, 'post');
    expect(await subjectOf(one, 'basic')).toBe(sub);
    expect(await subjectOf(other, 'post')).not.toBe(sub);
    expect(sub).toMatch(/^[\x21-\x7e]{1,255}$/);
  });
});

describe('a refresh', () => {
  test('brings no ID token: it tells of no sign-in', async () => {
    const tokens = jsonOf(await redeem(await somebody(url)));
    const refreshed = await post(`${url}/oauth/token`, {
      ...client,
      grant_type: 'refresh_token',
      refresh_token: String(tokens.refresh_token),
    });
    expect(jsonOf(refreshed)).toMatchObject({ access_token: expect.any(String), scope: tokens.scope });
    expect(jsonOf(refreshed)).not.toHaveProperty('id_token');
  });
});
