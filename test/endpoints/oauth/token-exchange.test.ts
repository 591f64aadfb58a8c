import '../../issuer/inside.ts';
import { env } from 'cloudflare:test';
import { decodeJwt } from 'jose';
import { afterEach, describe, expect, it, vi } from 'vitest';
import { api, legacy, notes, reports } from '../../issuer/config.ts';
import { basic, granted, introspected, userinfo } from '../../issuer/granted.ts';
import { issuer, post, type Tokens } from '../../workerd/person.ts';
import { ProofKey } from '../../workerd/proof-key.ts';

afterEach(() => {
  vi.useRealTimers();
  vi.restoreAllMocks();
});

const grantType = 'urn:ietf:params:oauth:grant-type:token-exchange';
const accessToken = 'urn:ietf:params:oauth:token-type:access_token';
const scope = 'openid offline_access api:read notes:read';
const forApi = { scope, resource: [api] };

const exchange = (
  subject: string,
  form: Record<string, string> = {},
  clientId = 'exchanger',
  headers: Record<string, string> = {},
) =>
  post(
    '/oauth/token',
    { grant_type: grantType, subject_token: subject, subject_token_type: accessToken, ...form },
    { ...basic(clientId), ...headers },
  );

type Exchanged = Tokens & { issued_token_type: string };

async function exchanged(...parameters: Parameters<typeof exchange>): Promise<Exchanged> {
  const response = await exchange(...parameters);
  expect(response.status).toBe(200);
  expect(response.headers.get('Cache-Control')).toBe('no-store');
  return (await response.json()) as Exchanged;
}

async function refusal(...parameters: Parameters<typeof exchange>) {
  const response = await exchange(...parameters);
  expect(response.status).toBe(400);
  return (await response.json()) as { error: string; error_description: string };
}

const ownToken = async (clientId = 'machine', form: Record<string, string> = {}) =>
  (await (
    await post('/oauth/token', { grant_type: 'client_credentials', ...form }, basic(clientId))
  ).json()) as Tokens;

describe('delegation', () => {
  it('gives a token for the same person, to the client that acts', async () => {
    const { tokens } = await granted(forApi);
    const answer = await exchanged(tokens.access_token);
    expect(answer).toEqual({
      access_token: expect.stringMatching(/^pc_at_/),
      issued_token_type: accessToken,
      token_type: 'Bearer',
      expires_in: 120,
      scope: 'notes:read',
    });
    const subject = decodeJwt(tokens.access_token);
    expect(await introspected(answer.access_token)).toMatchObject({
      active: true,
      sub: subject.sub,
      sid: subject.sid,
      auth_time: subject.auth_time,
      amr: subject.amr,
      acr: subject.acr,
      aud: notes,
      client_id: 'exchanger',
      act: { sub: 'exchanger' },
    });
  });

  it('names whom the actor token is about, and keeps who acted before', async () => {
    const { tokens } = await granted(forApi);
    const actor = await ownToken('actor');
    const form = { actor_token: actor.access_token, actor_token_type: accessToken };
    const first = await exchanged(tokens.access_token, form, 'actor');
    expect(decodeJwt(first.access_token)).toMatchObject({
      act: { sub: 'actor' },
      aud: api,
      client_id: 'actor',
    });
    const second = await exchanged(first.access_token);
    expect(await introspected(second.access_token)).toMatchObject({
      act: { sub: 'exchanger', act: { sub: 'actor' } },
    });
  });

  it('refuses an actor token that is invalid, another’s, or has an actor itself', async () => {
    const { tokens } = await granted(forApi);
    const delegated = await exchanged(tokens.access_token, {}, 'actor');
    const stranger = await granted({ clientId: 'several', scope: 'reports:read', resource: [reports] });
    for (const actor_token of ['garbage', delegated.access_token, stranger.tokens.access_token]) {
      const form = { actor_token, actor_token_type: accessToken };
      expect(await refusal(tokens.access_token, form, 'actor')).toMatchObject({ error: 'invalid_request' });
    }
  });
});

describe('impersonation', () => {
  it('tells nobody who acts', async () => {
    const { tokens } = await granted(forApi);
    const answer = await exchanged(tokens.access_token, {}, 'impersonator');
    const told = await introspected(answer.access_token);
    expect(told).toMatchObject({ active: true, sub: decodeJwt(tokens.access_token).sub });
    expect(told).not.toHaveProperty('act');
  });

  it('keeps who acted before, and takes no actor token', async () => {
    const { tokens } = await granted(forApi);
    const delegated = await exchanged(tokens.access_token, {}, 'actor');
    const answer = await exchanged(delegated.access_token, {}, 'impersonator');
    expect(await introspected(answer.access_token)).toMatchObject({ act: { sub: 'actor' } });
    const form = { actor_token: tokens.access_token, actor_token_type: accessToken };
    expect(await refusal(tokens.access_token, form, 'impersonator')).toMatchObject({
      error: 'invalid_request',
    });
  });
});

describe('the new token', () => {
  it('never outlives the subject token', async () => {
    const { tokens } = await granted(forApi);
    vi.useFakeTimers({ toFake: ['Date'], now: Date.now() + 250_000 });
    const answer = await exchanged(tokens.access_token);
    expect(answer.expires_in).toBeLessThanOrEqual(50);
    expect((await introspected(answer.access_token)).exp).toBe(decodeJwt(tokens.access_token).exp);
  });

  it.each([['notes:read api:read'], ['notes:write'], ['openid'], ['offline_access']])(
    'has no scope beyond: %j',
    async (asked) => {
      const { tokens } = await granted({ scope: 'openid offline_access notes:read', resource: [api] });
      expect(await refusal(tokens.access_token, { scope: asked })).toMatchObject({ error: 'invalid_scope' });
    },
  );

  it('has no scope that the policy of the client does not have', async () => {
    const { tokens } = await granted(forApi);
    expect(await refusal(tokens.access_token, { scope: 'api:read' }, 'impersonator')).toMatchObject({
      error: 'invalid_scope',
    });
    expect((await exchanged(tokens.access_token, { scope: 'notes:read' }, 'impersonator')).scope).toBe(
      'notes:read',
    );
  });

  it('opens nothing at UserInfo', async () => {
    const { tokens } = await granted(forApi);
    expect((await userinfo(`Bearer ${tokens.access_token}`)).status).toBe(200);
    const answer = await exchanged(tokens.access_token);
    expect((await userinfo(`Bearer ${answer.access_token}`)).status).toBe(401);
  });

  it.each([
    ['the sign-out', ({ person }: Granted) => person.submit('/account/sign-out-everywhere', {})],
    [
      'the revocation of the refresh token',
      ({ tokens }: Granted) => post('/oauth/revoke', { client_id: 'spa', token: tokens.refresh_token }),
    ],
    [
      'the revocation of the subject token',
      ({ tokens }: Granted) => post('/oauth/revoke', { client_id: 'spa', token: tokens.access_token }),
    ],
  ])('is over after %s', async (_, end) => {
    const grantedOne = await granted(forApi);
    const { access_token } = await exchanged(grantedOne.tokens.access_token);
    expect((await introspected(access_token)).active).toBe(true);
    await end(grantedOne);
    expect((await introspected(access_token)).active).toBe(false);
  });

  it('can be revoked by the client that got it, which leaves the subject token alone', async () => {
    const { tokens } = await granted(forApi);
    const { access_token } = await exchanged(tokens.access_token);
    await post('/oauth/revoke', { token: access_token }, basic('exchanger'));
    expect((await introspected(access_token)).active).toBe(false);
    expect((await introspected(tokens.access_token)).active).toBe(true);
  });

  it('can be of a client’s own token', async () => {
    const subject = await ownToken('machine');
    const answer = await exchanged(subject.access_token);
    expect(await introspected(answer.access_token)).toMatchObject({
      sub: 'machine',
      act: { sub: 'exchanger' },
    });
    await post('/oauth/revoke', { token: subject.access_token }, basic('machine'));
    expect((await introspected(answer.access_token)).active).toBe(false);
  });
});

type Granted = Awaited<ReturnType<typeof granted>>;

describe('the subject token', () => {
  it('must be valid, alive, and for this client or a resource that it serves', async () => {
    const { tokens, person } = await granted(forApi);
    const elsewhere = await granted({ clientId: 'several', scope: 'reports:read', resource: [reports] });
    for (const token of ['garbage', tokens.id_token, tokens.refresh_token, elsewhere.tokens.access_token]) {
      expect(await refusal(token), token.slice(0, 9)).toMatchObject({ error: 'invalid_request' });
    }
    await person.submit('/account/sign-out-everywhere', {});
    expect(await refusal(tokens.access_token)).toMatchObject({ error: 'invalid_request' });
  });

  it('is exchanged on and on only so often', async () => {
    let { access_token: token } = (await granted(forApi)).tokens;
    for (let times = 0; times < 7; times += 1) token = (await exchanged(token, {}, 'actor')).access_token;
    expect(await refusal(token, {}, 'actor')).toMatchObject({ error: 'invalid_request' });
  });

  it('that is bound to a key is exchanged for a bound one only', async () => {
    const callers = await ProofKey.make();
    const { tokens } = await granted({ ...forApi, key: callers });
    expect(await refusal(tokens.access_token)).toMatchObject({
      error: 'invalid_request',
      error_description: 'subject_token is bound to a key: send a DPoP proof',
    });
    const servers = await ProofKey.make();
    const response = await servers.send((proof) => exchange(tokens.access_token, {}, 'exchanger', proof));
    const answer = (await response.json()) as Exchanged;
    expect(answer.token_type).toBe('DPoP');
    expect(await introspected(answer.access_token)).toMatchObject({ cnf: { jkt: servers.jkt } });
    // Its own bound token a client exchanges with the key that it is bound to.
    const own = await servers.send((proof) => exchange(tokens.access_token, {}, 'actor', proof));
    const { access_token } = (await own.json()) as Exchanged;
    const others = await callers.send((proof) => exchange(access_token, {}, 'actor', proof));
    expect(others.status).toBe(400);
    const same = await servers.send((proof) => exchange(access_token, {}, 'actor', proof));
    expect(same.status).toBe(200);
  });

  it('is not judged when storage is in trouble', async () => {
    const { tokens } = await granted(forApi);
    vi.spyOn(env.USER, 'getByName').mockImplementation(() => {
      throw new Error('the object is gone');
    });
    expect((await exchange(tokens.access_token)).status).toBe(503);
  });
});

describe('the target', () => {
  it('may be named as resource or as audience', async () => {
    const { tokens } = await granted(forApi);
    for (const form of [{ resource: notes }, { audience: notes }, { resource: notes, audience: notes }]) {
      const { access_token } = await exchanged(tokens.access_token, form as Record<string, string>);
      expect((await introspected(access_token)).aud).toBe(notes);
    }
  });

  it.each([
    ['exchanger', { resource: api }],
    ['exchanger', { audience: 'somebody' }],
    ['exchanger', { resource: issuer }],
    ['impersonator', { resource: notes, audience: legacy }],
  ])('that %s may not have is refused: %j', async (clientId, form) => {
    const { tokens } = await granted(forApi);
    expect(await refusal(tokens.access_token, form as Record<string, string>, clientId)).toMatchObject({
      error: 'invalid_target',
    });
  });
});

it.each([
  { subject_token: '' },
  { subject_token_type: '' },
  { subject_token_type: 'urn:ietf:params:oauth:token-type:id_token' },
  { requested_token_type: 'urn:ietf:params:oauth:token-type:refresh_token' },
  { actor_token_type: accessToken },
  { actor_token: 'x' },
  { actor_token: 'x', actor_token_type: 'urn:ietf:params:oauth:token-type:jwt' },
])('refuses %j', async (form) => {
  const { tokens } = await granted(forApi);
  expect(await refusal(tokens.access_token, form as Record<string, string>)).toMatchObject({
    error: 'invalid_request',
  });
});

it('is for clients that may exchange tokens', async () => {
  const { tokens } = await granted(forApi);
  for (const clientId of ['basic', 'machine']) {
    expect(await refusal(tokens.access_token, {}, clientId)).toMatchObject({ error: 'unauthorized_client' });
  }
});

it('asks one object, once, and writes nothing', async () => {
  const { tokens } = await granted(forApi);
  const spies = [env.USER, env.REPLAY].map((namespace) => vi.spyOn(namespace, 'getByName'));
  await exchanged(tokens.access_token);
  expect(spies.map((spy) => spy.mock.calls.length)).toEqual([1, 0]);
});
