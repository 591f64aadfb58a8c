import { createServer } from 'node:http';
import { Provider } from 'oidc-provider';
import { afterAll, afterEach, beforeAll, expect, test } from 'vitest';
import { api, notes } from '../issuer/addresses.ts';
import { freePort } from '../runtime/runtime.ts';
import { type Answer, jsonOf, send } from './http.ts';
import { type Ground, listen, startGateAlone } from './stand-alone-ground.ts';

// Access tokens of somebody else's provider at a gate alone: oidc-provider, whose JWTs only their signature knows.

const secret = 'a-secret-for-the-gate-of-this-test';
const server = createServer();
let issuer: string;
let ground: Ground;

async function startProvider(gate: string): Promise<string> {
  const port = await freePort();
  issuer = `http://localhost:${port}`;
  const robot = { client_secret: secret, grant_types: ['client_credentials'], redirect_uris: [] };
  const provider = new Provider(issuer, {
    clients: [
      { client_id: 'edge-gate', client_secret: secret, redirect_uris: [`${gate}/.portcullis/callback`] },
      { ...robot, client_id: 'robot', response_types: [] },
      { ...robot, client_id: 'stranger', response_types: [] },
    ],
    cookies: { keys: ['for this test'] },
    features: {
      clientCredentials: { enabled: true },
      revocation: { enabled: true },
      introspection: { enabled: true, allowedPolicy: () => true },
      resourceIndicators: {
        enabled: true,
        getResourceServerInfo: (_: unknown, audience: string) => ({
          audience,
          scope: 'read',
          accessTokenFormat: audience === api ? 'jwt' : 'opaque',
        }),
      },
    },
  });
  server.on('request', provider.callback());
  await listen(server, port);
  return issuer;
}

beforeAll(async () => {
  const bindings = { PORTCULLIS_CLIENT_SECRET: secret };
  ground = await startGateAlone(startProvider, bindings, 'test/workers/stand-alone-tokens-gate.ts');
});
afterAll(async () => {
  await ground.stop();
  server.closeAllConnections();
  server.close();
});
afterEach(() => {
  ground.received.length = 0;
});

const post = (path: string, client: string, form: Record<string, string>): Promise<Answer> =>
  send(issuer + path, {
    method: 'POST',
    headers: {
      'Content-Type': 'application/x-www-form-urlencoded',
      Authorization: `Basic ${btoa(`${client}:${secret}`)}`,
    },
    body: new URLSearchParams(form).toString(),
  });
async function tokenOf(client: string, resource: string): Promise<string> {
  const answer = await post('/token', client, { grant_type: 'client_credentials', resource, scope: 'read' });
  return String(jsonOf(answer).access_token);
}
const status = async (token: string, path: string) =>
  (await send(ground.gate.url + path, { headers: { Authorization: `Bearer ${token}` } })).status;

test('an opaque token passes by introspection, for its client and its audience alone', async () => {
  const token = await tokenOf('robot', notes);
  expect(await status(token, '/notes/robots/a')).toBe(200);
  ground.received.length = 0;
  // A robot is nobody who signed in.
  for (const path of ['/notes/strict/a', '/notes/token/a']) expect(await status(token, path)).toBe(403);
  expect(await status(await tokenOf('stranger', notes), '/notes/robots/a')).toBe(403);
  expect(await status(token, '/api/robots/a')).toBe(401);
  expect(ground.received).toEqual([]);
});

test('a revoked one is refused by the next request', async () => {
  const token = await tokenOf('robot', notes);
  expect(await status(token, '/notes/robots/a')).toBe(200);
  await post('/token/revocation', 'robot', { token });
  ground.received.length = 0;
  expect(await status(token, '/notes/robots/a')).toBe(401);
  expect(ground.received).toEqual([]);
});

test('a JWT is taken at its word, and where the provider must be asked it knows nothing of it', async () => {
  const token = await tokenOf('robot', api);
  expect(token.split('.')).toHaveLength(3);
  // Known, and no person.
  expect(await status(token, '/api/token/a')).toBe(403);
  expect(await status(token, '/api/robots/a')).toBe(401);
  expect(ground.received).toEqual([]);
});
