import '../../issuer/inside.ts';
import { env, evictDurableObject, runDurableObjectAlarm, runInDurableObject, SELF } from 'cloudflare:test';
import { describe, expect, it, vi } from 'vitest';
import { clientObjectName } from '../../../src/clients/client-id.ts';
import { rootSecrets } from '../../../src/crypto/root-secret.ts';
import { clientKeys, clientPrivateKey } from '../../issuer/credentials.ts';
import { issuer, post } from '../../workerd/person.ts';

type Answer = Record<string, unknown> & {
  client_id: string;
  client_secret?: string;
  registration_access_token: string;
  registration_client_uri: string;
};

const app = {
  client_name: 'An app',
  redirect_uris: ['https://app.test/cb'],
  token_endpoint_auth_method: 'none',
};
const deviceCode = 'urn:ietf:params:oauth:grant-type:device_code';

const send = (url: string, method: string, body?: unknown, headers: Record<string, string> = {}) =>
  SELF.fetch(url, {
    method,
    headers: { 'Content-Type': 'application/json', ...headers },
    ...(body !== undefined && { body: typeof body === 'string' ? body : JSON.stringify(body) }),
  });
const register = (metadata: unknown, headers?: Record<string, string>) =>
  send(`${issuer}/oauth/register`, 'POST', metadata, headers);
async function registered(metadata: unknown): Promise<Answer> {
  const response = await register(metadata);
  expect(response.status).toBe(201);
  return (await response.json()) as Answer;
}
const manage = (
  { registration_client_uri, registration_access_token }: Answer,
  method: string,
  body?: unknown,
) => send(registration_client_uri, method, body, { Authorization: `Bearer ${registration_access_token}` });

/** Whether the issuer knows the client: an authorization request of one that it does not know is shown an error. */
async function isKnown(clientId: string): Promise<boolean> {
  const query = new URLSearchParams({
    client_id: clientId,
    redirect_uri: 'https://app.test/cb',
    response_type: 'code',
    code_challenge: 'x'.repeat(43),
    code_challenge_method: 'S256',
    scope: 'openid',
  });
  const response = await SELF.fetch(`${issuer}/oauth/authorize?${query}`, { redirect: 'manual' });
  return response.status === 303;
}
async function objectOf(clientId: string) {
  const name = await clientObjectName(await rootSecrets(env), clientId);
  return env.CLIENT.getByName(name ?? 'missing');
}

describe('registration', () => {
  it('answers what the client is, with a token to manage it, and keeps it from caches', async () => {
    const response = await register({
      ...app,
      grant_types: ['authorization_code', 'refresh_token'],
      scope: 'openid',
    });
    expect(response.status).toBe(201);
    expect(response.headers.get('Cache-Control')).toBe('no-store');
    expect(response.headers.get('Access-Control-Allow-Origin')).toBe('*');
    const answer = (await response.json()) as Answer;
    expect(answer).toMatchObject({
      ...app,
      client_id: expect.stringMatching(/^pc_cl_[\w-]{44}$/),
      client_id_issued_at: expect.closeTo(Date.now() / 1000, -1),
      grant_types: ['authorization_code', 'refresh_token'],
      response_types: ['code'],
      scope: 'openid',
      application_type: 'web',
      registration_access_token: expect.stringMatching(/^pc_ra_[\w-]{43}$/),
      registration_client_uri: `${issuer}/oauth/register/${answer.client_id}`,
    });
    expect(answer).not.toHaveProperty('client_secret');
    expect(await isKnown(answer.client_id)).toBe(true);
  });

  it('gives no two clients the same id', async () => {
    const ids = await Promise.all([registered(app), registered(app), registered(app)]);
    expect(new Set(ids.map(({ client_id }) => client_id)).size).toBe(3);
  });

  it('makes a secret for a client that names no method, shows it once and stores its hash', async () => {
    const { token_endpoint_auth_method: _, ...metadata } = app;
    const answer = await registered({ ...metadata, grant_types: ['client_credentials'], scope: 'api:read' });
    expect(answer).toMatchObject({
      client_secret: expect.stringMatching(/^pc_cs_[\w-]{43}$/),
      client_secret_expires_at: 0,
      token_endpoint_auth_method: 'client_secret_basic',
    });
    const again = (await (await manage(answer, 'GET')).json()) as Answer;
    expect(again).not.toHaveProperty('client_secret');
    const { client_secret: secret = '', registration_access_token: token } = answer;
    await runInDurableObject(await objectOf(answer.client_id), (_object, state) => {
      const rows = JSON.stringify(state.storage.sql.exec('SELECT * FROM registration').toArray());
      expect(rows).not.toContain(secret);
      expect(rows).not.toContain(token);
    });
    const basic = (value: string) => ({ Authorization: `Basic ${btoa(`${answer.client_id}:${value}`)}` });
    const form = { grant_type: 'client_credentials', scope: 'api:read' };
    expect((await post('/oauth/token', form, basic(secret))).status).toBe(200);
    expect((await post('/oauth/token', form, basic(`${secret}x`))).status).toBe(401);
  });

  it('gives what is allowed of what was asked for, and says so', async () => {
    const answer = await registered({
      ...app,
      grant_types: ['authorization_code', 'implicit', 'urn:ietf:params:oauth:grant-type:token-exchange'],
      response_types: ['code', 'token'],
      scope: 'openid admin notes:read',
    });
    expect(answer).toMatchObject({
      grant_types: ['authorization_code'],
      response_types: ['code'],
      scope: 'openid notes:read',
    });
  });

  it('ignores what it does not understand, and what is an operator’s to say', async () => {
    const answer = await registered({
      ...app,
      first_party: true,
      session_origins: ['https://app.test'],
      introspects: ['https://api.test/'],
      require_pkce: false,
      refresh_token: { graceSeconds: 60 },
      'client_name#ja': 'アプリ',
      client_id: 'spa',
      client_uri: null,
    });
    expect(answer.client_id).not.toBe('spa');
    for (const member of ['first_party', 'session_origins', 'introspects', 'require_pkce', 'client_uri']) {
      expect(answer).not.toHaveProperty(member);
    }
  });

  it('takes a program on somebody’s own machine for one', async () => {
    const loopback = await registered({
      ...app,
      redirect_uris: ['http://localhost:8090/cb', 'cursor://a/cb'],
    });
    expect(loopback).toMatchObject({ application_type: 'native' });
    const mixed = await registered({
      ...app,
      redirect_uris: ['http://localhost:8090/cb', 'https://app.test/cb'],
    });
    expect(mixed).toMatchObject({ application_type: 'web' });
  });

  it('takes the tricks out of a name, and names the host of a client without one', async () => {
    const name = 'Bank\u202e\n of\u0000  you';
    expect(await registered({ ...app, client_name: name })).toMatchObject({ client_name: 'Bank of you' });
    const unseen = '\u3164\u{e0041}\u115f';
    expect(await registered({ ...app, client_name: unseen })).toMatchObject({ client_name: 'app.test' });
    const { client_name: _, ...nameless } = app;
    expect(await registered(nameless)).toMatchObject({ client_name: 'app.test' });
  });

  it('takes a device', async () => {
    const { redirect_uris: _, ...metadata } = app;
    const answer = await registered({ ...metadata, grant_types: [deviceCode], response_types: [] });
    expect(answer).toMatchObject({ grant_types: [deviceCode], response_types: [], redirect_uris: [] });
  });

  const uris = (...redirect_uris: unknown[]) => ({ ...app, redirect_uris });
  it.each<[string, unknown, string]>([
    ['no redirect URI', uris(), 'invalid_redirect_uri'],
    ['a fragment', uris('https://app.test/#x'), 'invalid_redirect_uri'],
    ['script', uris('javascript:alert(1)'), 'invalid_redirect_uri'],
    ['no URI', uris('app.test'), 'invalid_redirect_uri'],
    ['no string', uris(7), 'invalid_redirect_uri'],
    ['a user', uris('https://bank.test@app.test/cb'), 'invalid_redirect_uri'],
    ['our own', uris(`${issuer}/demo/`), 'invalid_redirect_uri'],
    [
      '21 of them',
      uris(...Array.from({ length: 21 }, (_, n) => `https://app.test/${n}`)),
      'invalid_redirect_uri',
    ],
    [
      'a scheme of its own, said to be web',
      { ...uris('com.example.app:/cb'), application_type: 'web' },
      'invalid_redirect_uri',
    ],
    [
      'an unknown method',
      { ...app, token_endpoint_auth_method: 'tls_client_auth' },
      'invalid_client_metadata',
    ],
    [
      'a key that is missing',
      { ...app, token_endpoint_auth_method: 'private_key_jwt' },
      'invalid_client_metadata',
    ],
    ['a private key', { ...app, jwks: { keys: [clientPrivateKey] } }, 'invalid_client_metadata'],
    [
      'keys twice',
      { ...app, jwks: { keys: [{ kty: 'EC' }] }, jwks_uri: 'https://app.test/keys' },
      'invalid_client_metadata',
    ],
    ['no grant type that there is', { ...app, grant_types: ['implicit'] }, 'invalid_client_metadata'],
    [
      'client credentials without a secret',
      { ...app, grant_types: ['client_credentials'] },
      'invalid_client_metadata',
    ],
    ['response types that do not fit', { ...app, response_types: ['token'] }, 'invalid_client_metadata'],
    ['no scope that there is', { ...app, scope: 'admin' }, 'invalid_client_metadata'],
    ['a scope of another form', { ...app, scope: ['openid'] }, 'invalid_client_metadata'],
    ['a link that is script', { ...app, client_uri: 'javascript:alert(1)' }, 'invalid_client_metadata'],
    ['a name of 101 characters', { ...app, client_name: 'x'.repeat(101) }, 'invalid_client_metadata'],
    ['a name that is no string', { ...app, client_name: 7 }, 'invalid_client_metadata'],
    ['16 KB', { ...app, policy_uri: `https://app.test/${'x'.repeat(16_384)}` }, 'invalid_client_metadata'],
    ...['jwks', 'redirect_uris', 'scope', 'client_name', 'unknown'].map(
      (member): [string, unknown, string] => [
        `${member} of arrays in arrays`,
        `{"${member}":${'['.repeat(15_000)}${']'.repeat(15_000)}}`,
        member === 'redirect_uris' || member === 'unknown'
          ? 'invalid_redirect_uri'
          : 'invalid_client_metadata',
      ],
    ),
    [
      'a key of arrays in arrays',
      JSON.stringify({ ...app, jwks: { keys: [{ kty: 'deep' }] } }).replace(
        '"deep"',
        '['.repeat(15_000) + ']'.repeat(15_000),
      ),
      'invalid_client_metadata',
    ],
    [
      'a key with a number',
      { ...app, jwks: { keys: [{ ...clientKeys.keys[0], kid: 7 }] } },
      'invalid_client_metadata',
    ],
    ['keys with more than keys', { ...app, jwks: { keys: [], more: [] } }, 'invalid_client_metadata'],
    ['an array', [app], 'invalid_client_metadata'],
    ['no JSON', '{', 'invalid_client_metadata'],
    // A URL parser takes the line break out; a Location header could not be made of what is left.
    [
      'a line break in an address',
      { ...app, post_logout_redirect_uris: ['https://app.test/\nout'] },
      'invalid_client_metadata',
    ],
    [
      'a redirect URI that widens our Content-Security-Policy',
      { ...app, redirect_uris: ['https://*/cb'] },
      'invalid_redirect_uri',
    ],
    ['a software statement', { ...app, software_statement: 'a.b.c' }, 'unapproved_software_statement'],
    ['a broken software statement', { ...app, software_statement: 'x' }, 'invalid_software_statement'],
  ])('refuses %s', async (_, metadata, error) => {
    const response = await register(metadata);
    expect(response.status).toBe(400);
    expect(response.headers.get('Cache-Control')).toBe('no-store');
    const body = (await response.json()) as Record<string, string>;
    expect(body).toEqual({ error, error_description: expect.any(String) });
    expect(body.error_description).toMatch(/^[\x20-\x21\x23-\x5b\x5d-\x7e]{1,300}$/);
  });

  it('reads JSON only', async () => {
    const response = await register(app, { 'Content-Type': 'text/plain' });
    expect(response.status).toBe(400);
    expect(await response.json()).toMatchObject({ error: 'invalid_client_metadata' });
  });

  it('is advertised', async () => {
    const metadata = await (await SELF.fetch(`${issuer}/.well-known/oauth-authorization-server`)).json();
    expect(metadata).toMatchObject({
      registration_endpoint: `${issuer}/oauth/register`,
      client_id_metadata_document_supported: true,
    });
  });

  it('can be asked by a page anywhere', async () => {
    const { registration_client_uri } = await registered(app);
    for (const [url, methods] of [
      [`${issuer}/oauth/register`, 'POST'],
      [registration_client_uri, 'GET,PUT,DELETE'],
    ] as const) {
      const preflight = await SELF.fetch(url, {
        method: 'OPTIONS',
        headers: { Origin: 'https://app.test', 'Access-Control-Request-Method': 'PUT' },
      });
      expect(preflight.headers.get('Access-Control-Allow-Origin')).toBe('*');
      expect(preflight.headers.get('Access-Control-Allow-Methods')).toBe(methods);
    }
  });
});

describe('management', () => {
  it('reads what was registered, for whoever has the token', async () => {
    const answer = await registered(app);
    const response = await manage(answer, 'GET');
    expect(response.status).toBe(200);
    expect(response.headers.get('Cache-Control')).toBe('no-store');
    expect(await response.json()).toEqual(answer);
  });

  it('replaces what was registered; what is left out is gone', async () => {
    const answer = await registered({
      ...app,
      client_uri: 'https://app.test/',
      policy_uri: 'https://app.test/policy',
    });
    const { client_id } = answer;
    const response = await manage(answer, 'PUT', {
      ...app,
      client_id,
      client_name: 'Another name',
      policy_uri: null,
    });
    expect(response.status).toBe(200);
    const after = (await response.json()) as Answer;
    expect(after).toMatchObject({ client_id, client_name: 'Another name', redirect_uris: app.redirect_uris });
    expect(after).not.toHaveProperty('client_uri');
    expect(after).not.toHaveProperty('policy_uri');
    expect(await (await manage(answer, 'GET')).json()).toEqual(after);
  });

  it('makes one secret for two updates at once, and it is the one that counts', async () => {
    const answer = await registered(app);
    const post = { ...app, client_id: answer.client_id, token_endpoint_auth_method: 'client_secret_post' };
    const updates = await Promise.all([1, 2, 3, 4].map(() => manage(answer, 'PUT', post)));
    const answers = (await Promise.all(updates.map((update) => update.json()))) as Answer[];
    const [client_secret, ...others] = answers.flatMap((one) => one.client_secret ?? []);
    expect(others).toEqual([]);
    expect((await manage(answer, 'PUT', { ...post, client_secret })).status).toBe(200);
  });

  it('makes a secret when a client comes to need one, and forgets it when it does not any more', async () => {
    const answer = await registered(app);
    const { client_id } = answer;
    const post = { ...app, client_id, token_endpoint_auth_method: 'client_secret_post' };
    const secret = (await (await manage(answer, 'PUT', post)).json()) as Answer;
    expect(secret.client_secret).toMatch(/^pc_cs_/);
    // It stays the same, and is not shown again.
    const again = (await (
      await manage(answer, 'PUT', { ...post, client_secret: secret.client_secret })
    ).json()) as Answer;
    expect(again).not.toHaveProperty('client_secret');
    const none = (await (await manage(answer, 'PUT', { ...app, client_id })).json()) as Answer;
    expect(none).toMatchObject({ token_endpoint_auth_method: 'none' });
    await runInDurableObject(await objectOf(client_id), (_object, state) => {
      expect(state.storage.sql.exec('SELECT secret_hash FROM registration').one()).toEqual({
        secret_hash: null,
      });
    });
  });

  it.each<[string, (answer: Answer) => unknown, string]>([
    ['another client’s id', () => ({ ...app, client_id: 'spa' }), 'invalid_client_metadata'],
    ['no id', () => app, 'invalid_client_metadata'],
    [
      'a secret of its own choice',
      ({ client_id }) => ({ ...app, client_id, client_secret: 'x' }),
      'invalid_client_metadata',
    ],
    [
      'a token of its own choice',
      ({ client_id }) => ({ ...app, client_id, registration_access_token: 'x' }),
      'invalid_client_metadata',
    ],
    [
      'a URI of its own choice',
      ({ client_id }) => ({ ...app, client_id, registration_client_uri: 'https://app.test/' }),
      'invalid_client_metadata',
    ],
    [
      'what a registration refuses',
      ({ client_id }) => ({ ...app, client_id, redirect_uris: [] }),
      'invalid_redirect_uri',
    ],
  ])('refuses an update with %s, and changes nothing', async (_, change, error) => {
    const answer = await registered(app);
    const response = await manage(answer, 'PUT', change(answer));
    expect(response.status).toBe(400);
    expect(await response.json()).toMatchObject({ error });
    expect(await (await manage(answer, 'GET')).json()).toEqual(answer);
  });

  it('removes a client: it is unknown from then on, here and in its object', async () => {
    const answer = await registered(app);
    expect(await isKnown(answer.client_id)).toBe(true);
    const response = await manage(answer, 'DELETE');
    expect(response.status).toBe(204);
    expect(await response.text()).toBe('');
    expect(await isKnown(answer.client_id)).toBe(false);
    for (const method of ['GET', 'DELETE'] as const) expect((await manage(answer, method)).status).toBe(401);
    const object = await objectOf(answer.client_id);
    expect(await object.find(1000)).toBeUndefined();
    expect(await runDurableObjectAlarm(object)).toBe(true);
    await runInDurableObject(object, (_object, state) => {
      expect(
        state.storage.sql.exec("SELECT name FROM sqlite_master WHERE name = 'registration'").toArray(),
      ).toEqual([]);
    });
  });

  it('refuses everybody else with 401, whatever they bring and whether the client is there', async () => {
    const [mine, other] = await Promise.all([registered(app), registered(app)]);
    const token = mine.registration_access_token;
    for (const method of ['GET', 'PUT', 'DELETE']) {
      const body = method === 'PUT' ? { ...app, client_id: other.client_id } : undefined;
      for (const [url, authorization] of [
        [other.registration_client_uri, `Bearer ${token}`],
        [other.registration_client_uri, 'Bearer x'],
        [other.registration_client_uri, `Basic ${btoa(`x:${token}`)}`],
        [other.registration_client_uri, undefined],
        [`${issuer}/oauth/register/spa`, `Bearer ${token}`],
        [`${mine.registration_client_uri.slice(0, -4)}AAAA`, `Bearer ${token}`],
      ] as const) {
        const sent =
          url.endsWith('spa') || url.endsWith('AAAA') ? { ...app, client_id: url.split('/').at(-1) } : body;
        const response = await send(
          url,
          method,
          method === 'PUT' ? sent : undefined,
          authorization ? { Authorization: authorization } : {},
        );
        expect(response.status, `${method} ${url} ${authorization}`).toBe(401);
        expect(response.headers.get('WWW-Authenticate')).toBe('Bearer error="invalid_token"');
        expect(await response.json()).toMatchObject({ error: 'invalid_token' });
      }
    }
    expect((await manage(other, 'GET')).status).toBe(200);
  });
});

describe('the life of a registration', () => {
  const day = 24 * 60 * 60 * 1000;
  const tokenHash = new Uint8Array(32);
  const row = { metadata: '{}', secretHash: null };
  const fresh = () => env.CLIENT.getByName(crypto.randomUUID());

  it('ends when nobody has asked for it for the whole time, and at the alarm nothing is left', async () => {
    const object = fresh();
    await object.register(row, tokenHash, day);
    await runInDurableObject(object, async (_object, state) => {
      expect(await state.storage.getAlarm()).toBeGreaterThan(Date.now() + day - 1000);
      // As if the time had passed.
      state.storage.sql.exec('UPDATE registration SET expires_at = ?', Date.now() - 1);
    });
    expect(await object.find(day)).toBeUndefined();
    expect(await object.read(tokenHash)).toBeUndefined();
    expect(await runDurableObjectAlarm(object)).toBe(true);
    await runInDurableObject(object, (_object, state) => {
      expect(state.storage.sql.databaseSize).toBeLessThan(20_000);
      expect(
        state.storage.sql.exec("SELECT 1 FROM sqlite_master WHERE name = 'registration'").toArray(),
      ).toEqual([]);
    });
  });

  it('goes on as long as somebody asks for it', async () => {
    const object = fresh();
    await object.register(row, tokenHash, day);
    const past = Date.now() - day / 2;
    const expiryOf = () =>
      runInDurableObject(object, (_object, state) =>
        Number(state.storage.sql.exec('SELECT expires_at FROM registration').one().expires_at),
      );
    await runInDurableObject(object, (_object, state) => {
      state.storage.sql.exec('UPDATE registration SET used_at = ?, expires_at = ?', past, past + day);
    });
    expect(await object.find(day)).toBeDefined();
    expect(await expiryOf()).toBeGreaterThanOrEqual(past + day + day / 2);
    // An alarm that was set before finds it alive, and waits.
    await runDurableObjectAlarm(object);
    expect(await object.find(day)).toBeDefined();
  });

  it('is read without a row written, as often as isolates ask', async () => {
    const object = fresh();
    await object.register(row, tokenHash, day);
    await runInDurableObject(object, (instance, state) => {
      const exec = vi.spyOn(state.storage.sql, 'exec');
      instance.find(day);
      expect(exec.mock.calls.filter(([text]) => !/^\s*SELECT/.test(text))).toEqual([]);
    });
  });

  it('leaves nothing behind in an object that nobody registered', async () => {
    const object = fresh();
    expect(await object.find(day)).toBeUndefined();
    expect(await object.read(tokenHash)).toBeUndefined();
    expect(await object.update(tokenHash, row.metadata, null)).toBeUndefined();
    expect(await object.remove(tokenHash, 'a')).toBe(false);
    await runInDurableObject(object, (_object, state) => {
      expect(
        state.storage.sql.exec("SELECT 1 FROM sqlite_master WHERE name = 'registration'").toArray(),
      ).toEqual([]);
    });
  });

  it('takes a call whose answer was lost for the same one', async () => {
    const object = fresh();
    const issuedAt = await object.register(row, tokenHash, day);
    expect(await object.register({ ...row, metadata: '{"x":1}' }, tokenHash, day)).toBe(issuedAt);
    expect(await object.find(day)).toMatchObject({ metadata: '{}' });
    expect(await object.remove(tokenHash, 'first')).toBe(true);
    expect(await object.remove(tokenHash, 'first')).toBe(true);
    expect(await object.remove(tokenHash, 'second')).toBe(false);
  });

  it('survives the object’s sleep', async () => {
    const answer = await registered(app);
    await evictDurableObject(await objectOf(answer.client_id));
    expect((await manage(answer, 'GET')).status).toBe(200);
  });
});
