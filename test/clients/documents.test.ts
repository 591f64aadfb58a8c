import { describe, expect, it } from 'vitest';
import { createMetadataDocuments } from '../../src/clients/documents.ts';
import { loadConfig } from '../../src/config/load.ts';
import type { Environment } from '../../src/environment.ts';
import { clientKeys } from '../issuer/credentials.ts';

const url = 'https://app.example.com/client.json';
const document = {
  client_id: url,
  client_name: 'An app',
  redirect_uris: ['https://app.example.com/cb'],
  grant_types: ['authorization_code', 'refresh_token'],
  token_endpoint_auth_method: 'none',
};
const json = (value: unknown, headers: Record<string, string> = {}, status = 200) =>
  new Response(JSON.stringify(value), {
    status,
    headers: { 'Content-Type': 'application/json', ...headers },
  });

/** Documents as an isolate has them, with a web of its own and a clock. */
function isolate(
  answer: (url: string) => Response | Promise<Response>,
  environment: 'production' | 'development' = 'production',
  open = true,
) {
  const config = loadConfig(
    () => ({
      issuer: 'https://auth.company.example',
      clients: [],
      clientIdMetadataDocuments: open
        ? { kind: 'open', scope: ['openid', 'notes:read'], resources: ['https://notes.test/'] }
        : { kind: 'closed' },
    }),
    { PORTCULLIS_ENVIRONMENT: environment } as Environment,
  );
  const asked: { url: string; redirect: string }[] = [];
  let now = 1_800_000_000_000;
  const find = createMetadataDocuments({
    config,
    now: () => now,
    fetch: async (address, init) => {
      asked.push({ url: address, redirect: init.redirect });
      return answer(address);
    },
  });
  const pass = (seconds: number) => {
    now += seconds * 1000;
  };
  return { find, asked, pass };
}

it('makes a client of a document: not first-party, with PKCE, within what is allowed', async () => {
  const { find, asked } = isolate(() =>
    json({
      ...document,
      scope: 'openid admin',
      first_party: true,
      require_pkce: false,
      introspects: ['x:y'],
    }),
  );
  expect(await find(url)).toMatchObject({
    clientId: url,
    clientName: 'An app',
    redirectUris: document.redirect_uris,
    scope: ['openid'],
    resources: ['https://notes.test/'],
    grantTypes: ['authorization_code', 'refresh_token'],
    tokenEndpointAuthMethod: 'none',
    firstParty: false,
    requirePkce: true,
    introspects: [],
  });
  expect(asked).toEqual([{ url, redirect: 'manual' }]);
});

it('takes a client with a key, and one that says little', async () => {
  const withKey = { ...document, token_endpoint_auth_method: 'private_key_jwt', jwks: clientKeys };
  expect(await isolate(() => json(withKey)).find(url)).toMatchObject({
    tokenEndpointAuthMethod: 'private_key_jwt',
  });
  const little = { client_id: url, redirect_uris: document.redirect_uris };
  expect(await isolate(() => json(little)).find(url)).toMatchObject({
    clientName: 'app.example.com',
    tokenEndpointAuthMethod: 'none',
  });
});

describe('an address is not even asked', () => {
  it.each([
    'http://app.example.com/client.json',
    'https://app.example.com',
    'https://app.example.com/a/../client.json',
    'https://app.example.com/./client.json',
    'https://app.example.com/%2e%2e/client.json',
    'https://app.example.com/client.json#x',
    'https://app.example.com/client.json#',
    'https://ada@app.example.com/client.json',
    'https://APP.example.com/client.json',
    'https://app.example.com:443/client.json',
    'https://localhost/client.json',
    'https://127.0.0.1/client.json',
    'https://2130706433/client.json',
    'https://[::1]/client.json',
    'https://10.0.0.1/client.json',
    'https://169.254.169.254/latest/meta-data',
    'https://metadata.google.internal/client.json',
    'https://intranet/client.json',
    'https://auth.company.example/client.json',
    'https://auth.company.example:8443/client.json',
    `https://app.example.com/${'x'.repeat(200)}`,
    'http://localhost:9000/client.json',
  ])('%s', async (clientId) => {
    const { find, asked } = isolate(() => json({ ...document, client_id: clientId }));
    expect(await find(clientId)).toBeUndefined();
    expect(asked).toEqual([]);
  });

  it('when documents are closed', async () => {
    const { find, asked } = isolate(() => json(document), 'production', false);
    expect(await find(url)).toBeUndefined();
    expect(asked).toEqual([]);
  });
});

it('takes http on this machine in development, and nowhere else', async () => {
  const { find, asked } = isolate((address) => json({ ...document, client_id: address }), 'development');
  const local = 'http://localhost:9000/client.json';
  expect(await find(local)).toMatchObject({ clientId: local });
  for (const elsewhere of ['http://app.example.com/client.json', 'https://10.0.0.1/client.json']) {
    expect(await find(elsewhere)).toBeUndefined();
  }
  expect(asked).toHaveLength(1);
});

describe('a document is refused, and the refusal is not kept', () => {
  it.each<[string, () => Response | Promise<Response>]>([
    ['of another client', () => json({ ...document, client_id: 'https://app.example.com/other.json' })],
    ['of a client spelt otherwise', () => json({ ...document, client_id: `${url}/` })],
    ['without an id', () => json({ ...document, client_id: undefined })],
    ['with a secret', () => json({ ...document, client_secret: 'x' })],
    ['with the end of a secret', () => json({ ...document, client_secret_expires_at: 0 })],
    ...['client_secret_basic', 'client_secret_post', 'client_secret_jwt'].map(
      (method): [string, () => Response] => [
        method,
        () => json({ ...document, token_endpoint_auth_method: method }),
      ],
    ),
    ['with a shared key', () => json({ ...document, jwks: { keys: [{ kty: 'oct', k: 'x' }] } })],
    ['without a redirect URI', () => json({ ...document, redirect_uris: [] })],
    ['with a redirect to us', () => json({ ...document, redirect_uris: ['https://auth.company.example/x'] })],
    ['with an http redirect', () => json({ ...document, redirect_uris: ['http://app.example.com/cb'] })],
    ['with keys inside a network', () => json({ ...document, jwks_uri: 'https://10.0.0.1/keys' })],
    ['that is an array', () => json([document])],
    ['that is null', () => json(null)],
    ['that is no JSON', () => new Response('{', { headers: { 'Content-Type': 'application/json' } })],
    [
      'that is a page',
      () => new Response(JSON.stringify(document), { headers: { 'Content-Type': 'text/html' } }),
    ],
    ['without a type', () => new Response(new TextEncoder().encode(JSON.stringify(document)))],
    ['of 16 KB', () => json({ ...document, x: 'x'.repeat(16_384) })],
    ['behind a redirect', () => json(document, { Location: url }, 302)],
    ['that was created', () => json(document, {}, 201)],
    ['that is not there', () => json(document, {}, 404)],
    ['of a server in trouble', () => json(document, {}, 503)],
    ['that does not come', () => Promise.reject(new TypeError('network'))],
  ])('%s', async (_, answer) => {
    const { find, asked } = isolate(answer);
    expect(await find(url)).toBeUndefined();
    expect(await find(url)).toBeUndefined();
    expect(asked).toHaveLength(2);
  });
});

it('takes a type that is JSON by its suffix', async () => {
  const { find } = isolate(() =>
    json(document, { 'Content-Type': 'application/oauth-client+json; charset=utf-8' }),
  );
  expect(await find(url)).toBeDefined();
});

describe('a document is kept', () => {
  it.each([
    ['as long as its server says', 'max-age=600', 599, 600],
    ['for a minute at least', 'max-age=0', 59, 60],
    ['for an hour at most', 'max-age=86400', 3599, 3600],
    ['for five minutes if nothing is said', undefined, 299, 300],
  ])('%s', async (_, cacheControl, fresh, stale) => {
    const { find, asked, pass } = isolate(() =>
      json(document, cacheControl ? { 'Cache-Control': cacheControl } : {}),
    );
    await find(url);
    pass(fresh);
    expect(await find(url)).toBeDefined();
    expect(asked).toHaveLength(1);
    pass(stale - fresh);
    expect(await find(url)).toBeDefined();
    expect(asked).toHaveLength(2);
  });

  it('for an hour more while its server gives no answer, but not after it says that there is none', async () => {
    let answer = () => json(document);
    const { find, pass } = isolate(() => answer());
    await find(url);
    pass(300);
    answer = () => json({}, {}, 500);
    expect(await find(url)).toBeDefined();
    pass(3599);
    expect(await find(url)).toBeDefined();
    answer = () => json({}, {}, 404);
    expect(await find(url)).toBeUndefined();
    answer = () => json({}, {}, 500);
    pass(1);
    expect(await find(url)).toBeUndefined();
  });

  it('with so many others and no more', async () => {
    const { find, asked } = isolate((address) => json({ ...document, client_id: address }));
    await find(url);
    for (let others = 0; others < 200; others += 1) await find(`https://app.example.com/${others}`);
    const before = asked.length;
    await find(url);
    expect(asked).toHaveLength(before + 1);
  });
});
