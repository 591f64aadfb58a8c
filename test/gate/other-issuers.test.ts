import { exportJWK, generateKeyPair, type JWTPayload, SignJWT } from 'jose';
import { describe, expect, it, vi } from 'vitest';
import type { ConfigInput } from '../../src/config/schema.ts';
import { ProofKey } from '../workerd/proof-key.ts';
import {
  accessToken,
  gateUnderTest,
  host,
  issuer,
  navigation,
  otherIssuers,
  readAssertion,
  sessionId,
  userId,
} from './setup.ts';

const partner = otherIssuers.partner.issuer;
const upstream = otherIssuers.upstream.issuer;
const [partnerKeys, upstreamKeys, strangerKeys] = await Promise.all([
  generateKeyPair('ES256'),
  generateKeyPair('RS256'),
  generateKeyPair('ES256'),
]);
const jwks = async (pair: CryptoKeyPair, alg: string) => ({
  keys: [{ ...(await exportJWK(pair.publicKey)), kid: 'k', alg, use: 'sig' }],
});
const [partnerJwks, upstreamJwks] = [await jwks(partnerKeys, 'ES256'), await jwks(upstreamKeys, 'RS256')];
const network = {
  [`${partner}/.well-known/openid-configuration`]: () =>
    Response.json({ issuer: partner, jwks_uri: `${partner}/keys` }),
  [`${partner}/keys`]: () => Response.json(partnerJwks),
  'https://keys.example.com/jwks': () => Response.json(upstreamJwks),
};

const resource = `https://${host}/partners`;
const exp = Math.floor(Date.now() / 1000) + 300;
type ConditionInput = Exclude<
  NonNullable<ConfigInput['routes']>[number]['allow'],
  string | readonly unknown[]
>;
interface Changes {
  claims?: JWTPayload;
  typ?: string;
  key?: CryptoKey;
}
/** A good token of the issuer, but for the changes. */
const ofPartner = ({ claims, typ = 'at+jwt', key = partnerKeys.privateKey }: Changes = {}) =>
  new SignJWT({ iss: partner, aud: resource, sub: 'alice', client_id: 'robot', scope: 'a b', exp, ...claims })
    .setProtectedHeader({ alg: 'ES256', kid: 'k', typ })
    .sign(key);
const ofUpstream = ({ claims, typ = 'JWT', key = upstreamKeys.privateKey }: Changes = {}) =>
  new SignJWT({ iss: upstream, aud: 'urn:upstream:api', sub: 'alice', exp, ...claims })
    .setProtectedHeader({ alg: 'RS256', kid: 'k', typ })
    .sign(key);

const ownToken = () => accessToken({ aud: resource });

function gate() {
  const world = gateUnderTest();
  world.world.network = network;
  const send = (path: string, token: string) =>
    world.send(path, { headers: { Authorization: `Bearer ${token}` } });
  return { ...world, call: send };
}

/** The assertion that the origin received last. */
async function assertion({ received }: ReturnType<typeof gateUnderTest>, audience = resource) {
  const last = received.at(-1);
  if (!last) throw new Error('the origin has seen nothing');
  const read = await readAssertion(last, audience);
  if (!read.ok) throw new Error(read.code);
  return read.claims;
}

describe('a route that takes the tokens of other issuers', () => {
  it('takes those that are bound to a key with a proof of that key, and only so', async () => {
    const world = gate();
    const key = await ProofKey.make();
    const token = await ofPartner({ claims: { cnf: { jkt: key.jkt } } });
    const send = async (scheme: string, nonce?: string) => {
      const claims = { htu: `${resource}/x`, nonce };
      const DPoP = await key.proof({ method: 'GET', accessToken: token, claims });
      return world.send('/partners/x', { headers: { Authorization: `${scheme} ${token}`, DPoP } });
    };
    const first = await send('DPoP');
    expect(await first.json()).toMatchObject({ error: 'use_dpop_nonce' });
    const nonce = first.headers.get('DPoP-Nonce') ?? '';
    expect((await send('Bearer', nonce)).status).toBe(401);
    expect(world.received).toEqual([]);
    expect((await send('DPoP', nonce)).status).toBe(200);
    expect(await assertion(world)).toMatchObject({ sub: 'partner:alice' });
  });

  it('takes a client for itself for no person (RFC 9068 §2.2)', async () => {
    const world = gate();
    const response = await world.call('/partners/x', await ofPartner({ claims: { sub: 'robot' } }));
    expect(response.status).toBe(403);
    expect(world.received).toEqual([]);
  });

  it('looks into a token for its issuer once', async () => {
    const world = gate();
    const token = await ofPartner();
    const verified = vi.spyOn(crypto.subtle, 'verify');
    for (const _ of [1, 2, 3]) expect((await world.call('/partners/x', token)).status).toBe(200);
    expect(verified).toHaveBeenCalledTimes(1);
    verified.mockRestore();
    // It is still no token for a route that does not name its issuer.
    expect((await world.call('/token/x', token)).status).toBe(401);
  });

  it('lets their callers through, and tells the origin whose they are', async () => {
    const world = gate();
    expect((await world.call('/partners/x', await ofPartner())).status).toBe(200);
    const { iat, exp: until, ...claims } = await assertion(world);
    expect(claims).toEqual({
      iss: issuer,
      aud: resource,
      sub: 'partner:alice',
      sub_id: { format: 'iss_sub', iss: partner, sub: 'alice' },
      client_id: 'robot',
      scope: 'a b',
    });
    expect(world.received.at(-1)?.headers.get('Authorization')).toBeNull();
    // Of their sessions nobody here knows.
    expect(world.calls.status).toEqual([]);
  });

  it('takes ours as well, and those of several others, each by its own rules', async () => {
    const world = gate();
    expect((await world.call('/partners/x', await ownToken())).status).toBe(200);
    expect(await assertion(world)).toMatchObject({ sub: userId, sid: sessionId });
    expect((await world.call('/partners/x', await ofUpstream())).status).toBe(200);
    expect(await assertion(world)).toMatchObject({ sub: 'upstream:alice' });
    expect((await world.call('/partners/x', await ofPartner())).status).toBe(200);
    expect(await assertion(world)).toMatchObject({ sub: 'partner:alice' });
  });

  it('takes nobody for one of our users, whatever another issuer calls them', async () => {
    const world = gate();
    expect((await world.call('/partners/x', await ownToken())).status).toBe(200);
    const claims = { sub: userId, sid: sessionId, client_id: 'spa', scope: 'openid' };
    expect((await world.call('/partners/x', await ofPartner({ claims }))).status).toBe(200);
    const answer = await assertion(world);
    expect(answer).toMatchObject({ sub: `partner:${userId}` });
    expect(answer.sid).toBeUndefined();
  });

  it('asks for the same scope of all', async () => {
    const world = gate();
    const aud = `https://${host}/partners-scope`;
    expect((await world.call('/partners-scope/x', await ofPartner({ claims: { aud } }))).status).toBe(200);
    const refused = await world.call('/partners-scope/x', await ofPartner({ claims: { aud, scope: 'b' } }));
    expect(refused.status).toBe(403);
    expect(refused.headers.get('WWW-Authenticate')).toContain('error="insufficient_scope", scope="a"');
    expect(world.received).toHaveLength(1);
  });

  it('takes none of an issuer that another route names', async () => {
    const { call, received } = gate();
    const token = await ofUpstream({ claims: { scope: 'a' } });
    expect((await call('/partners-scope/x', token)).status).toBe(401);
    expect(received).toEqual([]);
  });

  it('names them in its metadata (RFC 9728 §2)', async () => {
    const { send } = gate();
    const response = await send('/.well-known/oauth-protected-resource/partners');
    expect(await response.json()).toMatchObject({ authorization_servers: [issuer, partner, upstream] });
  });

  it('does without one whose keys cannot be had, and not without the others', async () => {
    const world = gate();
    const { 'https://keys.example.com/jwks': _, ...rest } = network;
    world.world.network = rest;
    expect((await world.call('/partners/x', await ofUpstream())).status).toBe(503);
    expect(world.received).toEqual([]);
    expect((await world.call('/partners/x', await ofPartner())).status).toBe(200);
    expect((await world.call('/partners/x', await ownToken())).status).toBe(200);
  });

  const refused: [string, () => Promise<string>][] = [
    ["signed by another of the route's issuers", () => ofPartner({ claims: { iss: upstream } })],
    ['in the name of the partner, signed by a stranger', () => ofPartner({ key: strangerKeys.privateKey })],
    ["in our name, with the partner's key", () => ofPartner({ claims: { iss: issuer } })],
    ['of an issuer that nobody named', () => ofPartner({ claims: { iss: 'https://stranger.test' } })],
    ['of the partner with a slash more', () => ofPartner({ claims: { iss: `${partner}/` } })],
    ['for another audience', () => ofPartner({ claims: { aud: `https://${host}/other` } })],
    [
      "for the route, where the issuer's audience is another",
      () => ofUpstream({ claims: { aud: resource } }),
    ],
    ['that has expired', () => ofPartner({ claims: { exp: exp - 600 } })],
    ['that is an ID token', () => ofPartner({ typ: 'JWT' })],
    ['that is bound to a key', () => ofPartner({ claims: { cnf: { jkt: 'x' } } })],
  ];
  it.each(refused)('refuses a token %s', async (_, make) => {
    const { call, received } = gate();
    const response = await call('/partners/x', await make());
    expect(response.status).toBe(401);
    expect(response.headers.get('WWW-Authenticate')).toContain('error="invalid_token"');
    expect(received).toEqual([]);
  });

  it('sends a person without a token to our own sign-in', async () => {
    const { send } = gate();
    const response = await send('/partners/x', { headers: navigation });
    expect(response.headers.get('Location')).toContain(`${issuer}/oauth/authorize?`);
  });
});

describe('of an issuer whose tokens are not all of people', () => {
  const careful = otherIssuers.careful.issuer;
  const statusOf = async (claims: JWTPayload, path = '/careful/x') => {
    const world = gateUnderTest({
      routes: (origin) => [
        { ...conditional(origin, { clients: ['careful:robot'] }), path: '/robots/*' },
        { ...conditional(origin, { clients: ['spa'] }), path: '/spa/*' },
        { ...conditional(origin, { claims: { sub: 'careful:alice' } }), path: '/alice/*' },
        { ...conditional(origin, { claims: { sub: 'alice' } }), path: '/own-alice/*' },
        { ...conditional(origin, { claims: { client_id: 'spa' } }), path: '/spa-claim/*' },
        { ...conditional(origin, { claims: { email: 'ada@example.test' } }), path: '/email/*' },
        { ...conditional(origin, { claims: { email_verified: true } }), path: '/verified/*' },
        { ...conditional(origin, { claims: { team: 'x' } }), path: '/team/*' },
      ],
    });
    world.world.network = { [`${careful}/keys`]: () => Response.json(partnerJwks) };
    const aud = `https://${host}/careful`;
    const token = await ofPartner({ claims: { iss: careful, aud, ...claims } });
    return (await world.send(path, { headers: { Authorization: `Bearer ${token}` } })).status;
  };
  const conditional = (origin: Fetcher, allow: ConditionInput) => ({
    ...{ host, origin, resource: `https://${host}/careful`, issuers: ['careful'] },
    allow,
    freshness: 'token' as const,
  });

  it.each<[string, JWTPayload, number]>([
    ['nothing that says who', {}, 403],
    ['a client as Auth0 writes it', { sub: 'abc@clients', client_id: undefined, azp: 'abc' }, 403],
    ['a client as Auth0 marks it', { gty: 'client-credentials', scope: 'openid' }, 403],
    ['a client as Entra marks it', { idtyp: 'app', sid: 's' }, 403],
    ['a client as Keycloak writes it', { acr: '1', scope: 'email profile' }, 403],
    ['its authorized party as its subject', { sub: 'abc', azp: 'abc', sid: 's' }, 403],
    ['words of a sign-in that are none', { sid: '', auth_time: 'x', amr: [], scope: 'openid2' }, 403],
    ['a session', { sid: 's' }, 200],
    ['when somebody signed in', { auth_time: 7 }, 200],
    ['how somebody signed in', { amr: ['pwd'] }, 200],
    ['openid in its scope', { scope: 'a openid' }, 200],
  ])('a token with %s', async (_, claims, status) => {
    expect(await statusOf(claims)).toBe(status);
  });

  it('a client passes where it is named, with its issuer before it, and as no client of ours', async () => {
    expect(await statusOf({}, '/robots/x')).toBe(200);
    expect(await statusOf({ client_id: undefined, azp: 'robot' }, '/robots/x')).toBe(200);
    expect(await statusOf({ client_id: 'spa' }, '/spa/x')).toBe(403);
    expect(await statusOf({ client_id: 'spa', sid: 's' }, '/spa-claim/x')).toBe(403);
  });

  it('a person is nobody of ours by what the token calls them', async () => {
    const person = { sid: 's', email: 'ada@example.test', email_verified: true, team: 'x' };
    expect(await statusOf(person, '/alice/x')).toBe(200);
    expect(await statusOf(person, '/own-alice/x')).toBe(403);
    expect(await statusOf(person, '/email/x')).toBe(403);
    expect(await statusOf(person, '/verified/x')).toBe(403);
    expect(await statusOf(person, '/team/x')).toBe(200);
  });
});

it('a route that names no other issuer takes the tokens of none', async () => {
  const { call, received } = gate();
  const token = await ofPartner({ claims: { aud: `https://${host}/token`, sid: sessionId } });
  expect((await call('/token/x', token)).status).toBe(401);
  expect(received).toEqual([]);
});
