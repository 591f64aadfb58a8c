import { env } from 'cloudflare:test';
import { afterEach, beforeEach, expect, it, vi } from 'vitest';
import { newClientId } from '../../src/clients/client-id.ts';
import type { ClientObject } from '../../src/clients/object.ts';
import { CLIENT_CACHE_SECONDS, createRegistrations } from '../../src/clients/registrations.ts';
import { loadConfig } from '../../src/config/load.ts';
import { rootSecrets } from '../../src/crypto/root-secret.ts';

const metadata = {
  client_name: 'An app',
  redirect_uris: ['https://app.test/cb'],
  token_endpoint_auth_method: 'none',
  scope: 'openid email',
};

/** Registrations as an isolate of its own has them, and how often they asked an object. */
async function isolate(
  registration: object = { kind: 'open' },
  objects: Pick<DurableObjectNamespace<ClientObject>, 'getByName'> = env.CLIENT,
) {
  const config = loadConfig(
    () => ({ issuer: 'http://localhost:8787', clients: [], registration: registration as { kind: 'open' } }),
    env,
  );
  const getByName = vi.fn((name: string) => objects.getByName(name));
  const namespace = { getByName } as unknown as DurableObjectNamespace<ClientObject>;
  const secrets = await rootSecrets(env);
  return { ...createRegistrations({ config, secrets, namespace }), calls: () => getByName.mock.calls.length };
}
type Isolate = Awaited<ReturnType<typeof isolate>>;

async function registeredBy({ register }: Isolate) {
  const outcome = await register(metadata);
  if (outcome.kind === 'refused') throw new Error(outcome.description);
  return { clientId: outcome.client.clientId, token: outcome.registrationAccessToken };
}

beforeEach(() => void vi.useFakeTimers({ toFake: ['Date'] }));
afterEach(() => void vi.useRealTimers());
const pass = (seconds: number) => vi.setSystemTime(Date.now() + seconds * 1000);

it('asks the object once, as long as the isolate remembers', async () => {
  const [here, there] = [await isolate(), await isolate()];
  const { clientId } = await registeredBy(here);
  for (let times = 0; times < 3; times += 1) {
    expect(await there.find(clientId)).toMatchObject({ clientId, clientName: 'An app' });
  }
  expect(there.calls()).toBe(1);
  pass(CLIENT_CACHE_SECONDS);
  await there.find(clientId);
  expect(there.calls()).toBe(2);
});

it('feels a removal and a change at once here, and everywhere when memory ends', async () => {
  const [here, there] = [await isolate(), await isolate()];
  const { clientId, token } = await registeredBy(here);
  await Promise.all([here.find(clientId), there.find(clientId)]);
  await here.update(clientId, token, { ...metadata, client_name: 'Another' });
  expect(await here.find(clientId)).toMatchObject({ clientName: 'Another' });
  expect(await there.find(clientId)).toMatchObject({ clientName: 'An app' });
  pass(CLIENT_CACHE_SECONDS);
  expect(await there.find(clientId)).toMatchObject({ clientName: 'Another' });

  expect(await here.find(clientId)).toBeDefined();
  expect(await here.remove(clientId, token)).toBe(true);
  expect(await here.find(clientId)).toBeUndefined();
  expect(await there.find(clientId)).toBeDefined();
  pass(CLIENT_CACHE_SECONDS);
  expect(await there.find(clientId)).toBeUndefined();
});

it('asks nobody about an id that is not ours, and remembers that one is gone', async () => {
  const { find, calls } = await isolate();
  for (const clientId of ['', 'demo', `pc_cl_${'A'.repeat(44)}`])
    expect(await find(clientId)).toBeUndefined();
  expect(calls()).toBe(0);
  const unknown = await newClientId(await rootSecrets(env));
  expect(await find(unknown)).toBeUndefined();
  expect(await find(unknown)).toBeUndefined();
  expect(calls()).toBe(1);
});

it('keeps so many clients in memory and no more', async () => {
  // Objects that know nobody, for nothing.
  const empty = { getByName: () => ({ find: async () => undefined }) };
  const { find, calls } = await isolate({ kind: 'open' }, empty as never);
  const secrets = await rootSecrets(env);
  const first = await newClientId(secrets);
  await find(first);
  for (let others = 0; others < 500; others += 1) await find(await newClientId(secrets));
  const before = calls();
  await find(first);
  expect(calls()).toBe(before + 1);
});

it('lets a client have what is allowed now, not what was allowed when it registered', async () => {
  const { clientId } = await registeredBy(await isolate());
  const narrower = await isolate({ kind: 'open', scope: ['openid'], resources: ['https://api.test/'] });
  expect(await narrower.find(clientId)).toMatchObject({
    scope: ['openid'],
    resources: ['https://api.test/'],
  });
  const nothing = await isolate({ kind: 'open', scope: ['other'] });
  expect(await nothing.find(clientId)).toBeUndefined();
});

it('knows nobody any more when registration is closed, and goes on without initial access tokens', async () => {
  const here = await isolate();
  const { clientId, token } = await registeredBy(here);
  const closed = await isolate({ kind: 'closed' });
  expect(await closed.find(clientId)).toBeUndefined();
  expect(await closed.read(clientId, token)).toBeUndefined();
  expect(await closed.remove(clientId, token)).toBe(false);
  expect(closed.calls()).toBe(0);
  const full = await isolate({ kind: 'initial-access-token', tokenHashes: [] });
  expect(await full.find(clientId)).toBeDefined();
});
