import { exportJWK, generateKeyPair, SignJWT } from 'jose';
import { afterEach, describe, expect, it, vi } from 'vitest';
import { defineConfig } from '../../src/config/define.ts';
import { loadConfig } from '../../src/config/load.ts';
import { ProviderUnavailable } from '../../src/federation/provider-fetch.ts';
import type { GateSessions, LogoutSubject } from '../../src/gate/identity/gate-sessions.ts';
import { remoteIdentity } from '../../src/gate/identity/remote-identity.ts';
import type { NewGateSession } from '../../src/gate/identity/session-object.ts';
import { issuerKeys } from '../../src/keys/issuer-jwks.ts';
import { host, secrets } from './setup.ts';

// What a gate alone keeps of a sign-in, and whom a logout token of its provider is about.

const usual = 'https://sign-in.example.com';
const { privateKey, publicKey } = await generateKeyPair('RS256');
const jwk = { ...(await exportJWK(publicKey)), kid: 'k', alg: 'RS256', use: 'sig' };
const now = () => Math.floor(Date.now() / 1000);
const token = (claims: object) =>
  new SignJWT({ iss: usual, aud: 'edge-gate', iat: now(), exp: now() + 300, ...claims })
    .setProtectedHeader({ alg: 'RS256', kid: 'k' })
    .sign(privateKey);

function identityOf(idToken = '', userInfo: object = {}, metadata: { issuer?: string } = {}) {
  const { issuer = usual } = metadata;
  const ends = ['authorization', 'token', 'userinfo'].map((name) => [
    `${name}_endpoint`,
    `${issuer}/${name}`,
  ]);
  const answers: Record<string, object> = {
    '/.well-known/openid-configuration': {
      issuer,
      jwks_uri: `${issuer}/jwks`,
      ...Object.fromEntries(ends),
      ...metadata,
    },
    '/jwks': { keys: [jwk] },
    '/token': { access_token: 'a', token_type: 'Bearer', id_token: idToken },
    '/userinfo': userInfo,
  };
  const network = async (url: string) => Response.json(answers[new URL(url).pathname]);
  vi.stubGlobal('fetch', network);
  const opened: { session: NewGateSession; subjects: readonly LogoutSubject[] }[] = [];
  const ended: (readonly LogoutSubject[])[] = [];
  const origin = { fetch: async () => new Response() } as unknown as Fetcher;
  const config = loadConfig(
    defineConfig(() => ({
      issuer: 'https://gate.test',
      identityProvider: { issuer, clientId: 'edge-gate' },
      routes: [{ host, path: '/*', origin, resource: 'https://api.test/notes', allow: 'session' as const }],
    })),
    { PORTCULLIS_ENVIRONMENT: 'production' } as Parameters<typeof loadConfig>[1],
  );
  const { identityProvider } = config;
  if (!identityProvider) throw new Error('no provider');
  const identity = remoteIdentity(identityProvider, {
    config,
    clientSecret: undefined,
    issuerKeys: issuerKeys({
      cache: { get: async () => null, put: async () => {} } as unknown as KVNamespace,
      secrets,
      fetch: network as never,
    }),
    replays: { firstUse: async () => true, anyUsed: async () => false },
    sessions: {
      open: async (session: NewGateSession, subjects: readonly LogoutSubject[]) =>
        void opened.push({ session, subjects }),
      endAll: async (subjects: readonly LogoutSubject[]) => void ended.push(subjects),
    } as unknown as GateSessions,
  });
  return { identity, opened, ended };
}

/** What is kept of a sign-in in which the ID token and UserInfo say so. */
async function signedIn(idClaims: object, userInfo: object) {
  const idToken = await token({ sub: 'ada', nonce: 'n', ...idClaims });
  const { identity, opened } = identityOf(idToken, { sub: 'ada', ...userInfo });
  const request = { redirectUri: `https://${host}/x`, state: 's', nonce: 'n', codeVerifier: 'v'.repeat(43) };
  const parameters = new URLSearchParams({ code: 'c', state: 's' });
  expect(await identity.redeem(parameters, { ...request, stepUp: {} })).toMatchObject({ kind: 'signed_in' });
  const [kept] = opened;
  if (!kept) throw new Error('no session');
  return kept;
}

afterEach(() => {
  vi.unstubAllGlobals();
});

describe('a sign-in at a gate alone', () => {
  it('keeps nothing of the ID token that UserInfo says as well, and so may take back', async () => {
    const said = { groups: ['staff'], name: 'Ada' };
    const { session } = await signedIn({ ...said, department: 'analysis' }, said);
    expect(session.idClaims).toEqual({ department: 'analysis' });
  });

  it('does not take an address for verified that the other source says is', async () => {
    const verified = { email: 'ada@example.com', email_verified: true };
    expect((await signedIn(verified, { email: 'eve@example.com' })).session.idClaims).toEqual({});
    expect((await signedIn(verified, {})).session.idClaims).toEqual(verified);
  });

  it('can be found by a logout token whatever the metadata announces', async () => {
    expect((await signedIn({ sid: 'one' }, {})).subjects).toEqual([
      { kind: 'sub', value: 'ada' },
      { kind: 'sid', value: 'one' },
    ]);
  });
});

it('a logout token that names a session and its person is about the person where nobody knows the session', async () => {
  const { identity, ended } = identityOf();
  const events = { 'http://schemas.openid.net/event/backchannel-logout': {} };
  const logoutToken = await token({ jti: 'j', events, sid: 'one', sub: 'ada' });
  expect(await identity.backchannelLogout?.(logoutToken)).toBe('ended');
  expect(ended).toEqual([
    [
      { kind: 'sid', value: 'one' },
      { kind: 'sub', value: 'ada' },
    ],
  ]);
});

it.each(['nowhere', 'javascript:alert(1)', 'http://sign-in.example.com/authorize'])(
  'sends no browser to an authorization endpoint such as %s',
  async (authorization_endpoint) => {
    // The metadata of a provider is remembered for all gates of an isolate.
    const metadata = {
      issuer: `https://idp-${authorization_endpoint.length}.example.com`,
      authorization_endpoint,
    };
    const { identity } = identityOf('', {}, metadata);
    const request = {
      redirectUri: `https://${host}/x`,
      state: 's',
      nonce: 'n',
      codeVerifier: 'v'.repeat(43),
    };
    await expect(identity.authorizationUrl({ ...request, stepUp: {} })).rejects.toThrow(ProviderUnavailable);
  },
);
