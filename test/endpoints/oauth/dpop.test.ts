import '../../issuer/inside.ts';
import { env, evictDurableObject, listDurableObjectIds, runInDurableObject, SELF } from 'cloudflare:test';
import { decodeJwt, exportJWK, generateKeyPair } from 'jose';
import { afterEach, beforeAll, describe, expect, it, vi } from 'vitest';
import { rootSecrets } from '../../../src/crypto/root-secret.ts';
import { encodeToken, newRecordId, newSecret, newUserId } from '../../../src/crypto/token.ts';
import { callback } from '../../issuer/config.ts';
import { assertionParameters } from '../../workerd/client-assertion.ts';
import { codeFor, issuer, Person, post, type Tokens } from '../../workerd/person.ts';
import { ProofKey } from '../../workerd/proof-key.ts';

afterEach(() => {
  vi.useRealTimers();
});
const clockForward = (milliseconds: number) => {
  vi.useFakeTimers({ toFake: ['Date'], now: Date.now() + milliseconds });
};

type Form = Record<string, string>;
const scope = 'openid offline_access api:read';
const key = () => assertionParameters('key');

/** A code, and the form that redeems it. */
async function grantFor(clientId: string, changes: Record<string, string | undefined> = {}): Promise<Form> {
  const person = new Person();
  await person.signUp();
  const { code, codeVerifier } = await codeFor(person, {
    client_id: clientId,
    redirect_uri: callback,
    scope,
    ...changes,
  });
  expect(code).not.toBe('');
  return { grant_type: 'authorization_code', code, code_verifier: codeVerifier };
}

const refreshing = (tokens: Tokens): Form => ({
  grant_type: 'refresh_token',
  refresh_token: tokens.refresh_token,
});
const ask = (form: Form, headers: Record<string, string> = {}) => post('/oauth/token', form, headers);

const tokensOf = async (response: Response | Promise<Response>): Promise<Tokens> => {
  const answer = await response;
  expect(answer.status).toBe(200);
  expect(answer.headers.get('Cache-Control')).toBe('no-store');
  return (await answer.json()) as Tokens;
};
const errorOf = async (response: Response | Promise<Response>) => {
  const answer = await response;
  const { error } = (await answer.json()) as { error: string };
  return [answer.status, error];
};

/** A public client's tokens, bound to a key of its own. */
async function bound(changes: Record<string, string | undefined> = {}) {
  const proofKey = await ProofKey.make();
  const form = { client_id: 'spa', ...(await grantFor('spa', changes)) };
  const tokens = await tokensOf(proofKey.send((headers) => ask(form, headers)));
  return { proofKey, tokens };
}
const refreshBound = (proofKey: ProofKey, tokens: Tokens) =>
  proofKey.send((headers) => ask({ client_id: 'spa', ...refreshing(tokens) }, headers));

/** One that we could have made. */
const refreshTokenOfNobody = async () =>
  encodeToken(await rootSecrets(env), 'refresh_token', {
    home: 0,
    userId: newUserId(),
    recordId: newRecordId(),
    generation: 0,
    secret: newSecret(),
  });

describe('with a proof', () => {
  it.each(['ES256', 'Ed25519'])('of %s the access token is bound to its key', async (alg) => {
    const proofKey = await ProofKey.make(alg);
    const form = { client_id: 'spa', ...(await grantFor('spa')) };
    const tokens = await tokensOf(proofKey.send((headers) => ask(form, headers), { header: { alg } }));
    expect(tokens.token_type).toBe('DPoP');
    expect(decodeJwt(tokens.access_token).cnf).toEqual({ jkt: proofKey.jkt });
  });

  it('a refused first attempt, for want of the nonce, uses nothing up', async () => {
    const proofKey = await ProofKey.make();
    const form = { client_id: 'spa', ...(await grantFor('spa')) };
    const first = await ask(form, { DPoP: await proofKey.proof() });
    expect(first.headers.get('DPoP-Nonce')).toMatch(/^[\w-]{22}$/);
    expect(first.headers.get('Cache-Control')).toBe('no-store');
    expect(await errorOf(first)).toEqual([400, 'use_dpop_nonce']);
    const nonce = first.headers.get('DPoP-Nonce') ?? '';
    const second = await ask(form, { DPoP: await proofKey.proof({ nonce }) });
    expect(second.status).toBe(200);
  });

  it('whoever has the nonce is not told it again, with an error neither; whoever has an older one is', async () => {
    const { proofKey, tokens } = await bound();
    const { nonce } = proofKey;
    const other = { client_id: 'spa', ...refreshing(tokens), scope: 'openid profile' };
    for (const [form, status] of [
      [{ ...other, scope: 'openid' }, 200],
      [other, 400],
    ] as const) {
      const answer = await ask(form, { DPoP: await proofKey.proof() });
      expect([answer.status, answer.headers.get('DPoP-Nonce')]).toEqual([status, null]);
    }
    clockForward(5 * 60_000);
    const later = await ask(other, { DPoP: await proofKey.proof() });
    expect(later.headers.get('DPoP-Nonce')).toMatch(/^[\w-]{22}$/);
    expect(later.headers.get('DPoP-Nonce')).not.toBe(nonce);
    expect(await errorOf(later)).toEqual([400, 'invalid_scope']);
  });

  it('without one the token is a bearer token, and no nonce is spoken of', async () => {
    const answer = await ask({ client_id: 'spa', ...(await grantFor('spa')) });
    expect(answer.headers.get('DPoP-Nonce')).toBeNull();
    const tokens = await tokensOf(answer);
    expect(tokens.token_type).toBe('Bearer');
    expect(decodeJwt(tokens.access_token).cnf).toBeUndefined();
  });
});

describe('a proof is refused', () => {
  const form: Form = { client_id: 'spa', grant_type: 'refresh_token' };
  beforeAll(async () => {
    form.refresh_token = await refreshTokenOfNobody();
  });
  const passed = [400, 'invalid_grant'];
  const refused = [400, 'invalid_dpop_proof'];

  async function ready(): Promise<ProofKey> {
    const proofKey = await ProofKey.make();
    expect(await errorOf(proofKey.send((headers) => ask(form, headers)))).toEqual(passed);
    return proofKey;
  }

  it('the second time, everywhere', async () => {
    const proofKey = await ready();
    const DPoP = await proofKey.proof();
    expect(await errorOf(ask(form, { DPoP }))).toEqual(passed);
    expect(await errorOf(ask(form, { DPoP }))).toEqual(refused);
    for (const id of await listDurableObjectIds(env.REPLAY)) await evictDurableObject(env.REPLAY.get(id));
    expect(await errorOf(ask(form, { DPoP }))).toEqual(refused);
  });

  it('all but once of many at the same time', async () => {
    const proofKey = await ready();
    const DPoP = await proofKey.proof();
    const answers = await Promise.all(Array.from({ length: 20 }, () => errorOf(ask(form, { DPoP }))));
    expect(answers.filter(([, error]) => error === 'invalid_grant')).toHaveLength(1);
  });

  const now = () => Math.floor(Date.now() / 1000);
  it.each<[string, () => Parameters<ProofKey['proof']>[0]]>([
    ['for another method', () => ({ method: 'GET' })],
    ['for another endpoint', () => ({ path: '/oauth/par' })],
    ['for another server', () => ({ claims: { htu: 'https://other.example/oauth/token' } })],
    ['of another type', () => ({ header: { typ: 'JWT' } })],
    ['without jti', () => ({ claims: { jti: undefined } })],
    ['without a time', () => ({ claims: { iat: undefined } })],
    ['from more than a minute ago', () => ({ claims: { iat: now() - 62 } })],
    ['from more than a minute ahead', () => ({ claims: { iat: now() + 62 } })],
    ['without its key', () => ({ header: { jwk: undefined } })],
  ])('%s', async (_, changes) => {
    const proofKey = await ready();
    expect(await errorOf(ask(form, { DPoP: await proofKey.proof(changes()) }))).toEqual(refused);
  });

  it('with a private key, or another than it is signed with', async () => {
    const proofKey = await ready();
    const { privateKey } = await generateKeyPair('ES256', { extractable: true });
    const { jwk } = await ProofKey.make();
    for (const header of [{ jwk: await exportJWK(privateKey) }, { jwk }]) {
      expect(await errorOf(ask(form, { DPoP: await proofKey.proof({ header }) }))).toEqual(refused);
    }
  });

  it.each(['', 'garbage', 'e30.W10.e30'])('as %j', async (DPoP) => {
    expect(await errorOf(ask(form, { DPoP }))).toEqual(refused);
  });

  it('when there are two', async () => {
    const proofKey = await ready();
    const DPoP = `${await proofKey.proof()}, ${await proofKey.proof()}`;
    expect(await errorOf(ask(form, { DPoP }))).toEqual(refused);
  });

  it('with a nonce of somebody else, or of an hour ago', async () => {
    const proofKey = await ready();
    const { nonce = '' } = proofKey;
    for (const other of ['x', nonce.replace(/^./, (first) => (first === 'A' ? 'B' : 'A'))]) {
      const answer = await ask(form, { DPoP: await proofKey.proof({ nonce: other }) });
      expect(answer.headers.get('DPoP-Nonce')).not.toBe(other);
      expect(await errorOf(answer)).toEqual([400, 'use_dpop_nonce']);
    }
    clockForward(3_600_000);
    expect(await errorOf(ask(form, { DPoP: await proofKey.proof({ nonce }) }))).toEqual([
      400,
      'use_dpop_nonce',
    ]);
  });

  it.each([
    ['an unknown client', { client_id: 'nobody' }, 'invalid_client'],
    ['a refresh token that we never made', { refresh_token: `pc_rt_${'A'.repeat(104)}` }, 'invalid_grant'],
    [
      'a code that we never made',
      { grant_type: 'authorization_code', code: 'x', code_verifier: 'v'.repeat(43) },
      'invalid_grant',
    ],
    ['a code that is missing', { grant_type: 'authorization_code' }, 'invalid_request'],
  ])('and asks no object, with %s', async (_, changes, error) => {
    const proofKey = await ready();
    const getByName = vi.spyOn(env.REPLAY, 'getByName');
    const answer = ask({ ...form, ...changes } as Form, { DPoP: await proofKey.proof() });
    expect(await errorOf(answer)).toEqual([400, error]);
    expect(getByName).not.toHaveBeenCalled();
    getByName.mockRestore();
  });

  it('and asks no object, when it is wrong', async () => {
    const proofKey = await ready();
    const getByName = vi.spyOn(env.REPLAY, 'getByName');
    expect(await errorOf(ask(form, { DPoP: await proofKey.proof({ method: 'GET' }) }))).toEqual(refused);
    expect(getByName).not.toHaveBeenCalled();
    getByName.mockRestore();
  });
});

describe('a refresh token of a public client', () => {
  it('is bound to the key', async () => {
    const { proofKey, tokens } = await bound();
    const other = await ProofKey.make();
    expect(await errorOf(refreshBound(other, tokens))).toEqual([400, 'invalid_grant']);
    expect(await errorOf(ask({ client_id: 'spa', ...refreshing(tokens) }))).toEqual([400, 'invalid_grant']);
    const next = await tokensOf(refreshBound(proofKey, tokens));
    expect(next.token_type).toBe('DPoP');
    expect(decodeJwt(next.access_token).cnf).toEqual({ jkt: proofKey.jkt });
    await tokensOf(refreshBound(proofKey, next));
  });

  it('is answered with the same successor until that is used, however late', async () => {
    const { proofKey, tokens } = await bound();
    const next = await tokensOf(refreshBound(proofKey, tokens));
    clockForward(3_600_000);
    expect((await tokensOf(refreshBound(proofKey, tokens))).refresh_token).toBe(next.refresh_token);
    await tokensOf(refreshBound(proofKey, next));
    expect(await errorOf(refreshBound(proofKey, tokens))).toEqual([400, 'invalid_grant']);
  });

  it('that is a bearer token stays one', async () => {
    const tokens = await tokensOf(ask({ client_id: 'spa', ...(await grantFor('spa')) }));
    const proofKey = await ProofKey.make();
    expect(await errorOf(refreshBound(proofKey, tokens))).toEqual([400, 'invalid_grant']);
    expect((await tokensOf(ask({ client_id: 'spa', ...refreshing(tokens) }))).token_type).toBe('Bearer');
  });

  it('costs one more object call than a bearer token, and still one row of its own', async () => {
    const { proofKey, tokens } = await bound();
    const replays = vi.spyOn(env.REPLAY, 'getByName');
    const users = vi.spyOn(env.USER, 'getByName');
    await tokensOf(refreshBound(proofKey, tokens));
    expect([replays.mock.calls.length, users.mock.calls.length]).toEqual([1, 1]);
    replays.mockRestore();
    users.mockRestore();
    const stub = env.USER.getByName(decodeJwt(tokens.access_token).sub ?? '');
    const rows = await runInDurableObject(stub, (_, state) =>
      state.storage.sql.exec('SELECT dpop_jkt, generation FROM family').toArray(),
    );
    expect(rows).toEqual([{ dpop_jkt: proofKey.jkt, generation: 1 }]);
  });
});

describe('a refresh token of a client that authenticates', () => {
  it('is bound to the client: it may change its key', async () => {
    const [first, second] = [await ProofKey.make(), await ProofKey.make()];
    const form = await grantFor('key');
    const tokens = await tokensOf(first.send(async (headers) => ask({ ...form, ...(await key()) }, headers)));
    const next = await tokensOf(
      second.send(async (headers) => ask({ ...refreshing(tokens), ...(await key()) }, headers)),
    );
    expect(decodeJwt(next.access_token).cnf).toEqual({ jkt: second.jkt });
  });
});

describe('a request that is sent again with the nonce', () => {
  it.each([
    ['/oauth/token', { grant_type: 'refresh_token' }, [400, 'invalid_grant']],
    ['/oauth/par', { response_type: 'none' }, [400, 'unsupported_response_type']],
  ])('to %s may bring the assertion of the first attempt', async (path, form, passed) => {
    const proofKey = await ProofKey.make();
    const rest = { redirect_uri: callback, refresh_token: await refreshTokenOfNobody() };
    const whole = { ...rest, ...form, ...(await key()) };
    const answer = proofKey.send((headers) => post(path, whole, headers), { path });
    expect(await errorOf(answer)).toEqual(passed);
    expect(proofKey.nonce).toBeDefined();
  });
});

describe('a client that is registered for bound tokens', () => {
  it('gets nothing without a proof', async () => {
    const form = { grant_type: 'refresh_token', refresh_token: 'none' };
    const answer = await ask({ ...form, ...(await assertionParameters('fapi')) });
    expect(answer.headers.get('DPoP-Nonce')).toMatch(/^[\w-]{22}$/);
    expect(await errorOf(answer)).toEqual([400, 'invalid_dpop_proof']);
  });
});

describe('a code that is bound to a key', () => {
  it('is redeemed with that key alone', async () => {
    const proofKey = await ProofKey.make();
    const form = { client_id: 'spa', ...(await grantFor('spa', { dpop_jkt: proofKey.jkt })) };
    const other = await ProofKey.make();
    expect(await errorOf(other.send((headers) => ask(form, headers)))).toEqual([400, 'invalid_grant']);
    expect(await errorOf(ask(form))).toEqual([400, 'invalid_grant']);
    expect((await tokensOf(proofKey.send((headers) => ask(form, headers)))).token_type).toBe('DPoP');
  });
});

it('lets scripts of other origins send a proof and read the nonce', async () => {
  const preflight = await SELF.fetch(`${issuer}/oauth/token`, {
    method: 'OPTIONS',
    headers: { Origin: 'https://app.example', 'Access-Control-Request-Method': 'POST' },
  });
  // `*` is for the headers that libraries add; it does not cover Authorization, and older browsers do not know it.
  expect(preflight.headers.get('Access-Control-Allow-Headers')?.split(',')).toEqual([
    'Authorization',
    'Content-Type',
    'DPoP',
    '*',
  ]);
  expect(preflight.headers.get('Access-Control-Allow-Credentials')).toBeNull();
  const answer = await ask({ client_id: 'spa', grant_type: 'refresh_token' });
  expect(answer.headers.get('Access-Control-Expose-Headers')).toMatch(/\bDPoP-Nonce\b/);
});
