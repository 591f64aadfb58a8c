import { exportJWK, generateKeyPair, type JWTPayload, SignJWT } from 'jose';
import { vi } from 'vitest';
import { defineConfig } from '../../src/config/define.ts';
import { loadConfig } from '../../src/config/load.ts';
import { createProofs } from '../../src/dpop/proofs.ts';
import { createGate, type GateDependencies } from '../../src/gate/gate.ts';
import type { GateSessions } from '../../src/gate/identity/gate-sessions.ts';
import { remoteIdentity } from '../../src/gate/identity/remote-identity.ts';
import { issuerKeys } from '../../src/keys/issuer-jwks.ts';
import type { Replays } from '../../src/replay/replays.ts';
import { assertionVerifier } from '../../src/verify/index.ts';
import type { ProofKey } from '../workerd/proof-key.ts';
import { host, jwk, type Received, secrets, signed } from './setup.ts';

export const own = 'https://gate.test';
export const resource = 'https://api.test/notes';

const [keys, strangerKeys] = await Promise.all([generateKeyPair('RS256'), generateKeyPair('RS256')]);
const publicJwk = { ...(await exportJWK(keys.publicKey)), kid: 'k', alg: 'RS256', use: 'sig' };

/** What the provider says of a token, or how it answers. */
export type Said = object | (() => Response | Promise<Response>);

const answered = (body: object) => Response.json(body);
let count = 0;

/** A gate alone before a recording origin, and the provider that it takes tokens of. */
export function gateAlone({
  hasSecret = true,
  hasIntrospection = true,
  people = true,
  sessions = {} as Partial<GateSessions>,
  hasLogout = false,
} = {}) {
  count += 1;
  // The metadata of a provider is remembered for all gates of an isolate.
  const provider = `https://idp${count}.example.com`;
  const received: Received[] = [];
  const world = {
    /** By token: all that introspection knows. */
    tokens: new Map<string, Said>(),
    introspected: [] as { token: string; authorization: string | null; hint: string | null }[],
    isUp: true,
    /** The answers wait for it. */
    held: undefined as Promise<unknown> | undefined,
  };

  async function network(url: string, init: RequestInit = {}): Promise<Response> {
    if (!world.isUp) throw new TypeError('connection refused');
    const path = new URL(url).pathname;
    if (path === '/.well-known/openid-configuration') {
      const ends = ['authorization', 'token', 'userinfo', ...(hasIntrospection ? ['introspection'] : [])];
      const endpoints = Object.fromEntries(ends.map((name) => [`${name}_endpoint`, `${provider}/${name}`]));
      const logout = hasLogout && { end_session_endpoint: `${provider}/logout` };
      return answered({ issuer: provider, jwks_uri: `${provider}/jwks`, ...endpoints, ...logout });
    }
    if (path === '/jwks') return answered({ keys: [publicJwk] });
    if (path !== '/introspection') return new Response('', { status: 404 });
    const form = new URLSearchParams(String(init.body));
    const token = form.get('token') ?? '';
    const authorization = new Headers(init.headers).get('Authorization');
    world.introspected.push({ token, authorization, hint: form.get('token_type_hint') });
    await world.held;
    const said = world.tokens.get(token) ?? { active: false };
    return typeof said === 'function' ? said() : answered(said);
  }
  vi.stubGlobal('fetch', network);

  const origin = {
    async fetch({ method, url, headers }: Request) {
      received.push({ method, url, headers: new Headers(headers), body: '' });
      return new Response('from the origin');
    },
  } as unknown as Fetcher;
  const route = { host, origin, resource, allow: 'session' as const };
  const config = loadConfig(
    defineConfig(() => ({
      issuer: own,
      identityProvider: { issuer: provider, clientId: 'edge-gate', people },
      issuers: { partner: { issuer: 'https://partner.example.com' } },
      routes: [
        { ...route, path: '/token/*', freshness: 'token' as const },
        { ...route, path: '/within/*', freshness: { within: 30 } },
        { ...route, path: '/strict/*', freshness: 'strict' as const },
        { ...route, path: '/robots/*', allow: { clients: ['robot'] }, freshness: 'strict' as const },
        { ...route, path: '/staff/*', allow: { groups: ['staff'] }, freshness: { within: 30 } },
        { ...route, path: '/scope/*', allow: { scope: ['a'] }, freshness: 'token' as const },
        { ...route, path: '/elsewhere/*', resource: 'https://api.test/other', freshness: 'token' as const },
        { ...route, path: '/partners/*', freshness: 'token' as const, issuers: ['partner'] },
        { host, path: '/public/*', origin, allow: 'public' as const },
      ],
    })),
    { PORTCULLIS_ENVIRONMENT: 'production' } as Parameters<typeof loadConfig>[1],
  );
  const used = new Set<string>();
  const replays = {
    firstUse: async (maker: string, id: string) =>
      !used.has(`${maker} ${id}`) && !!used.add(`${maker} ${id}`),
    anyUsed: async () => false,
  } as Pick<Replays, 'anyUsed' | 'firstUse'>;
  const keysOf = issuerKeys({
    cache: { get: async () => null, put: async () => {} } as unknown as KVNamespace,
    secrets,
    fetch: network as never,
  });
  const nobody = () => {
    throw new Error('there is nobody of ours');
  };
  const { identityProvider } = config;
  if (!identityProvider) throw new Error('no provider');
  const gate = createGate({
    config,
    secrets,
    issuerKeys: keysOf,
    keys: { sign: async (_, typ, claims) => signed(claims, typ), jwks: async () => ({ keys: [jwk] }) },
    users: {
      status: nobody,
      redeemCode: nobody,
      endSession: nobody,
      endEverything: nobody,
      endHandle: nobody,
    },
    accessTokens: { read: nobody, status: nobody },
    proofs: createProofs({ config, secrets, replays }),
    identity: remoteIdentity(identityProvider, {
      config,
      clientSecret: hasSecret ? 'secret' : undefined,
      issuerKeys: keysOf,
      replays,
      sessions: sessions as GateSessions,
    }),
  } satisfies GateDependencies);

  const now = () => Math.floor(Date.now() / 1000);
  const usual = () => ({ iss: provider, aud: resource, sub: 'ada', client_id: 'spa', exp: now() + 300 });
  const send = (token: string, path = '/strict/x', scheme = 'Bearer', headers: Record<string, string> = {}) =>
    gate.fetch(
      new Request(`https://${host}${path}`, {
        headers: { Authorization: `${scheme} ${token}`, ...headers },
        redirect: 'manual',
      }),
    );

  return {
    ...{ provider, world, received, gate, send, used },
    /** A token of the provider, known there as active; `undefined` takes a claim out. */
    async jwt(claims: JWTPayload = {}, header: object = {}, key = keys.privateKey): Promise<string> {
      count += 1;
      const all = { ...usual(), jti: `j${count}`, ...claims };
      const token = await new SignJWT(all)
        .setProtectedHeader({ alg: 'RS256', kid: 'k', typ: 'at+jwt', ...header })
        .sign(key);
      world.tokens.set(token, { active: true, token_type: 'Bearer', ...all });
      return token;
    },
    strangerKey: strangerKeys.privateKey,
    /** An opaque token; what introspection says of it. */
    opaque(said: Said = {}): string {
      count += 1;
      const token = `opaque-${count}`;
      const right = { active: true, token_type: 'Bearer', scope: 'a b', ...usual() };
      world.tokens.set(token, typeof said === 'function' ? said : { ...right, ...said });
      return token;
    },
    status: async (...sent: Parameters<typeof send>) => (await send(...sent)).status,
    /** Sends with a proof, for a token that is bound to a key. */
    async sendProved(key: ProofKey, token: string, path: string) {
      const once = async () =>
        send(token, path, 'DPoP', {
          DPoP: await key.proof({
            method: 'GET',
            accessToken: token,
            claims: { htu: `https://${host}${path}` },
          }),
        });
      const first = await once();
      key.nonce = first.headers.get('DPoP-Nonce') ?? undefined;
      return first.status === 401 ? once() : first;
    },
    async assertion(): Promise<Record<string, unknown>> {
      const verify = assertionVerifier({
        issuer: own,
        audience: resource,
        keys: async () => ({ keys: [jwk] }),
      });
      const read = await verify(received.at(-1)?.headers.get('Portcullis-Assertion'));
      if (!read.ok) throw new Error(read.code);
      const { iat, exp, ...claims } = read.claims;
      return claims;
    },
  };
}
