import { env } from 'cloudflare:test';
import { expect, it } from 'vitest';
import { clientObjectName, newClientId } from '../../src/clients/client-id.ts';
import { rootSecrets } from '../../src/crypto/root-secret.ts';

const secretsOf = (current: string, previous?: string) =>
  rootSecrets({
    PORTCULLIS_ENVIRONMENT: 'development',
    PORTCULLIS_SECRET: current,
    ...(previous !== undefined && { PORTCULLIS_SECRET_PREVIOUS: previous }),
  });
const [one, two] = [btoa('1'.repeat(32)), btoa('2'.repeat(32))];

it('names an object, the same each time, and another for each client', async () => {
  const secrets = await rootSecrets(env);
  const [a, b] = [await newClientId(secrets), await newClientId(secrets)];
  expect(await clientObjectName(secrets, a)).toMatch(/^[\w-]{22}$/);
  expect(await clientObjectName(secrets, a)).toBe(await clientObjectName(secrets, a));
  expect(await clientObjectName(secrets, a)).not.toBe(await clientObjectName(secrets, b));
});

it('wakes no object for an id that we did not make, at any character', async () => {
  const secrets = await rootSecrets(env);
  const id = await newClientId(secrets);
  for (let at = 0; at < id.length; at += 1) {
    const changed = id.slice(0, at) + (id[at] === 'A' ? 'B' : 'A') + id.slice(at + 1);
    expect(await clientObjectName(secrets, changed), changed).toBeUndefined();
  }
  for (const other of ['', 'demo', id.slice(0, -1), `${id}A`, `${id}=`, ` ${id}`, `${id}\n`]) {
    expect(await clientObjectName(secrets, other), other).toBeUndefined();
  }
});

it('outlives the replacement of the root secret, until the one that made it is gone', async () => {
  const id = await newClientId(await secretsOf(one));
  expect(await clientObjectName(await secretsOf(two, one), id)).toBeDefined();
  expect(await clientObjectName(await secretsOf(two), id)).toBeUndefined();
});
