import { env } from 'cloudflare:workers';
import { exportJWK, generateKeyPair, type JWTPayload, SignJWT } from 'jose';
import { defineConfig } from '../../src/config/define.ts';
import { loadConfig } from '../../src/config/load.ts';
import type { ConfigInput } from '../../src/config/schema.ts';
import { rootSecrets } from '../../src/crypto/root-secret.ts';
import { seal } from '../../src/crypto/seal.ts';
import { encodeToken, newRecordId, newSecret, newUserId } from '../../src/crypto/token.ts';
import { createProofs } from '../../src/dpop/proofs.ts';
import { createGate, type GateDependencies } from '../../src/gate/gate.ts';
import type { SessionHandle } from '../../src/gate/identity/identity.ts';
import { createAccessTokens } from '../../src/grants/access-tokens.ts';
import { issuerKeys } from '../../src/keys/issuer-jwks.ts';
import type { CodeAnswer, SessionAnswer } from '../../src/user/types.ts';
import { assertionVerifier } from '../../src/verify/index.ts';

export const issuer = 'https://auth.test';
export const host = 'app.test';
export const userId = newUserId();
export const sessionId = newRecordId();

export const live: SessionAnswer = {
  kind: 'live',
  sessionId,
  authTime: 1_700_000_000,
  amr: ['pwd'],
  profile: { userId, email: 'ada@example.test', emailVerified: true, name: 'Ada' },
};

const { publicKey, privateKey } = await generateKeyPair('ES256');
export const jwk = { ...(await exportJWK(publicKey)), kid: 'k', alg: 'ES256', use: 'sig' };
/** For a resource whose access tokens are signed RS256. */
export const rsa = await generateKeyPair('RS256');
const rsaJwk = { ...(await exportJWK(rsa.publicKey)), kid: 'rsa', alg: 'RS256', use: 'sig' };
export const secrets = await rootSecrets(env);

export const signed = (claims: JWTPayload, typ: string, key = privateKey) =>
  new SignJWT(claims).setProtectedHeader({ alg: 'ES256', typ, kid: 'k' }).sign(key);

/** An access token of the issuer for the session route; `undefined` takes a claim out. */
export function accessToken(claims: JWTPayload = {}, typ = 'at+jwt'): Promise<string> {
  const iat = Math.floor(Date.now() / 1000);
  const aud = `https://${host}/session`;
  const usual = {
    iss: issuer,
    aud,
    sub: userId,
    sid: sessionId,
    client_id: 'spa',
    scope: 'openid',
    iat,
    exp: iat + 300,
  };
  return signed({ ...usual, ...claims }, typ);
}

/** One signed by somebody else under our key's name. */
export async function forgedToken(): Promise<string> {
  const exp = Math.floor(Date.now() / 1000) + 300;
  const claims = {
    iss: issuer,
    aud: `https://${host}/session`,
    sub: userId,
    sid: sessionId,
    client_id: 'spa',
    exp,
  };
  return signed(claims, 'at+jwt', (await generateKeyPair('ES256')).privateKey);
}

/** The gate's cookie, as a pair. */
export async function gateCookie(handle: Partial<SessionHandle> = {}, expiresAt = Date.now() + 3_600_000) {
  const value: SessionHandle = { userId, sessionId, handleId: 'handle', host, ...handle };
  return `__Host-portcullis-gate=${await seal(secrets, 'seal-gate-session', value, expiresAt)}`;
}

export const authorizationCode = () =>
  encodeToken(secrets, 'authorization_code', {
    home: 0,
    userId,
    recordId: newRecordId(),
    generation: 0,
    secret: newSecret(),
  });

export interface Received {
  method: string;
  url: string;
  headers: Headers;
  body: string;
}

const routes = (origin: Fetcher): ConfigInput['routes'] => [
  { host, path: '/strict/*', origin, allow: 'session', freshness: 'strict' },
  { host, path: '/token/*', origin, allow: 'session', freshness: 'token' },
  { host, path: '/scope/*', origin, allow: { scope: ['a', 'b'] } },
  { host, path: '/session/*', origin, allow: 'session', freshness: { within: 30 } },
  { host, path: '/public/*', origin, allow: 'public' },
  {
    host,
    path: '/partners/*',
    origin,
    allow: 'session',
    freshness: 'token',
    issuers: ['partner', 'upstream'],
  },
  {
    host,
    path: '/partners-scope/*',
    origin,
    allow: { scope: ['a'] },
    freshness: 'token',
    issuers: ['partner'],
  },
  {
    host,
    path: '/careful/*',
    origin,
    allow: 'session',
    freshness: 'token',
    issuers: ['careful'],
  },
  { host: 'second.test', path: '/*', origin, allow: 'session' },
];

/** Other issuers: one as RFC 9068 has it, one that names its keys and writes JWT into every token. */
export const otherIssuers = {
  partner: { issuer: 'https://partner.example.com', people: true },
  upstream: {
    issuer: 'https://upstream.example.com/tenant',
    jwksUri: 'https://keys.example.com/jwks',
    algorithms: ['RS256' as const],
    audience: 'urn:upstream:api',
    typ: 'JWT',
    people: true,
  },
  /** One that says of each token whether somebody signed in. */
  careful: { issuer: 'https://careful.example.com', jwksUri: 'https://careful.example.com/keys' },
};

/** Who the access tokens of these tests are issued to. */
const spa = {
  clientId: 'spa',
  clientName: 'The app',
  redirectUris: ['https://spa.test/callback'],
  scope: ['openid', 'a', 'b'],
};

interface Changes {
  /** Before the usual ones. */
  routes?: (origin: Fetcher) => ConfigInput['routes'];
  resources?: ConfigInput['resources'];
  /** Beside `spa`. */
  clients?: ConfigInput['clients'];
  dpop?: ConfigInput['dpop'];
  session?: ConfigInput['session'];
  auth0Paths?: ConfigInput['auth0Paths'];
  /** In the place of those that count. */
  users?: GateDependencies['users'];
}

/** A gate with an origin that records, users that count, and real keys. Replace what a test is about. */
export function gateUnderTest({
  routes: also,
  resources = [],
  clients = [],
  dpop,
  session,
  auth0Paths = false,
  users,
}: Changes = {}) {
  const received: Received[] = [];
  const calls = {
    status: [] as unknown[],
    redeemCode: [] as unknown[],
    endSession: [] as unknown[],
    endEverything: [] as unknown[],
    /** Of the objects that remember what was used: proofs, and the revoked tokens of clients. */
    firstUse: [] as string[],
    anyUsed: [] as string[][],
  };
  const used = new Set<string>();
  const world = {
    respond: (_: Request): Response | Promise<Response> => new Response('from the origin'),
    status: async (): Promise<SessionAnswer> => live,
    redeem: 'redeemed' as 'redeemed' | 'refused',
    signs: true,
    /** Everything that is on the network. */
    network: {} as Record<string, () => Response>,
    endSession: async (): Promise<void> => undefined,
    firstUse: async (): Promise<void> => undefined,
    anyUsed: async (): Promise<void> => undefined,
  };
  const origin = {
    async fetch(request: Request) {
      const { method, url, headers } = request;
      received.push({ method, url, headers: new Headers(headers), body: await request.clone().text() });
      return world.respond(request);
    },
  } as unknown as Fetcher;
  const config = loadConfig(
    defineConfig(() => ({
      issuer,
      clients: [spa, ...clients],
      issuers: otherIssuers,
      routes: [...(also?.(origin) ?? []), ...(routes(origin) ?? [])],
      resources: [{ resource: 'https://second.test', accessTokenSigningAlg: 'RS256' }, ...resources],
      ...(dpop && { dpop }),
      ...(session && { session }),
      auth0Paths,
    })),
    { ...env, PORTCULLIS_ENVIRONMENT: 'production' },
  );
  const replays = {
    async firstUse(maker: string, id: string) {
      calls.firstUse.push(maker);
      await world.firstUse();
      const isFirst = !used.has(`${maker} ${id}`);
      used.add(`${maker} ${id}`);
      return isFirst;
    },
    async anyUsed(maker: string, ids: readonly string[]) {
      calls.anyUsed.push([...ids]);
      await world.anyUsed();
      return ids.some((id) => used.has(`${maker} ${id}`));
    },
  };
  const own: Omit<GateDependencies, 'accessTokens' | 'proofs'> = {
    config,
    secrets,
    issuerKeys: issuerKeys({
      // Each gate has its own memory, and shares nothing with the one before.
      cache: { get: async () => null, put: async () => {} } as unknown as KVNamespace,
      secrets,
      fetch: async (url) => world.network[url]?.() ?? new Response('', { status: 404 }),
    }),
    keys: {
      sign: async (_, typ, claims) => {
        if (!world.signs) throw new Error('no key');
        return signed(claims, typ);
      },
      jwks: async () => {
        if (!world.signs) throw new Error('no key');
        return { keys: [jwk, rsaJwk] };
      },
    },
    users: users ?? {
      status: async (...question) => {
        calls.status.push(question);
        return world.status();
      },
      redeemCode: async (_, redemption): Promise<CodeAnswer> => {
        calls.redeemCode.push(redemption);
        if (world.redeem === 'refused') return { kind: 'refused', reason: 'invalid' };
        const grant = { userId, sessionId, familyId: newRecordId(), clientId: 'portcullis-gate' };
        const rest = { scope: ['openid'], resource: [], authTime: 1_700_000_000, amr: ['pwd'] };
        const profile = { userId, email: 'ada@example.test', emailVerified: true, name: 'Ada' };
        return { kind: 'redeemed', grant: { ...grant, ...rest }, nonce: undefined, profile };
      },
      endSession: async (...what) => {
        calls.endSession.push(what);
        await world.endSession();
        return [];
      },
      endEverything: async (...what) => {
        calls.endEverything.push(what);
        return [];
      },
      endHandle: async () => undefined,
    },
  };
  const accessTokens = createAccessTokens({ ...own, replays } as unknown as Parameters<
    typeof createAccessTokens
  >[0]);
  const gate = createGate({ ...own, accessTokens, proofs: createProofs({ config, secrets, replays }) });

  /** Sends a request whose URL arrives as it is written: `new Request` alone would resolve dot segments. */
  function send(target: string, init: RequestInit = {}): Promise<Response> {
    const url = target.startsWith('/') ? `https://${host}${target}` : target;
    const request = new Request('https://placeholder.test/', { redirect: 'manual', ...init });
    Object.defineProperty(request, 'url', { value: url });
    return gate.fetch(request);
  }

  return { gate, send, received, calls, world, accessTokens };
}

/** Reads the assertion that an origin received, as an origin would. */
export function readAssertion({ headers }: Received, audience: string) {
  const verify = assertionVerifier({ issuer, audience, keys: async () => ({ keys: [jwk] }) });
  return verify(headers.get('Portcullis-Assertion'));
}

export const navigation = {
  'Sec-Fetch-Mode': 'navigate',
  'Sec-Fetch-Dest': 'document',
  'Sec-Fetch-Site': 'none',
};
