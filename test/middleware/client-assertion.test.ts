import { exportJWK, generateKeyPair, type JSONWebKeySet } from 'jose';
import * as v from 'valibot';
import { beforeAll, expect, it } from 'vitest';
import { client as schema } from '../../src/config/client.ts';
import type { IssuerKeys, KeyOwner } from '../../src/keys/issuer-jwks.ts';
import { assertionFault } from '../../src/middleware/client-assertion.ts';
import { clientAssertion } from '../workerd/client-assertion.ts';
import { issuer } from '../workerd/person.ts';

const client = v.parse(schema, {
  clientId: 'remote',
  clientName: 'Remote',
  tokenEndpointAuthMethod: 'private_key_jwt',
  jwksUri: 'https://client.example/jwks',
});
const uses: unknown[][] = [];
const replays = { firstUse: async (...use: unknown[]) => uses.push(use) > 0 };

let key: object;
let published: JSONWebKeySet;
beforeAll(async () => {
  const pair = await generateKeyPair('ES256', { extractable: true });
  key = { ...(await exportJWK(pair.privateKey)), alg: 'ES256' };
  published = { keys: [{ ...(await exportJWK(pair.publicKey)), kid: 'new', alg: 'ES256' }] };
});

const fault = async (issuerKeys: IssuerKeys, claims = {}) =>
  assertionFault(
    { replays, issuerKeys },
    client,
    await clientAssertion('remote', { key, header: { kid: 'new' }, claims }),
    [issuer],
  );

it('finds the keys where the client has them', async () => {
  const owners: KeyOwner[] = [];
  const found = await fault((owner) => {
    owners.push(owner);
    return async () => published;
  });
  expect(found).toBeUndefined();
  expect(owners).toEqual([{ issuer: 'remote', jwksUri: 'https://client.example/jwks' }]);
});

it('asks for a newer set when the key is not in this one, once', async () => {
  const asked: (string | undefined)[] = [];
  const old: JSONWebKeySet = { keys: [] };
  const found = await fault(() => async (kid) => {
    asked.push(kid);
    return kid === 'new' ? published : old;
  });
  expect(found).toBeUndefined();
  expect(asked).toEqual([undefined, 'new']);
  expect(await fault(() => async () => old)).toBe('unsigned');
});

it('is unsigned while the keys cannot be had, or must not be fetched', async () => {
  expect(await fault(() => () => Promise.reject(new Error('status 500')))).toBe('unsigned');
  expect(
    await fault(() => {
      throw new TypeError('must be a public address');
    }),
  ).toBe('unsigned');
  expect(await fault(() => async () => ({}) as JSONWebKeySet)).toBe('unsigned');
});

it('is remembered as its client’s until it expires', async () => {
  const exp = Math.floor(Date.now() / 1000) + 3000;
  uses.length = 0;
  expect(await fault(() => async () => published, { jti: 'one', exp })).toBeUndefined();
  expect(uses).toEqual([['remote', 'client_assertion one', exp * 1000]]);
});
