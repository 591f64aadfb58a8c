import '../../src/worker.ts';
import { SELF } from 'cloudflare:test';
import { decodeJwt } from 'jose';
import { afterEach, expect, it, vi } from 'vitest';
import { configure } from '../../src/config/configured.ts';
import { defineConfig } from '../../src/config/define.ts';
import { api, notes } from '../issuer/addresses.ts';
import usual from '../issuer/config.ts';
import { basic, granted } from '../issuer/granted.ts';
import { issuer, Person, post, type Tokens } from '../workerd/person.ts';
import { ProofKey } from '../workerd/proof-key.ts';
import { navigation } from './setup.ts';

const factor = 'urn:portcullis:acr:single-factor';

// The issuer with a client of every kind, and a gate before its resources.
configure(
  defineConfig((env) => {
    const origin = env.DEMO_ORIGIN;
    if (!origin) throw new Error('there is no origin');
    return {
      ...usual(env),
      routes: [
        { host: 'notes.test', path: '/scope', origin, allow: { scope: ['api:read'] }, resource: notes },
        { host: 'notes.test', path: '/jobs', origin, allow: { clients: ['machine'] }, resource: notes },
        { host: 'notes.test', path: '/*', origin, allow: 'session', freshness: 'strict', resource: notes },
        { host: 'api.test', path: '/jobs', origin, allow: { clients: ['machine'] }, resource: api },
        { host: 'api.test', path: '/*', origin, allow: 'session', freshness: 'strict', resource: api },
        { path: '/recent/*', origin, allow: { maxAgeSeconds: 60, acrValues: [factor] } },
        { path: '/anyone/*', origin, allow: 'session' },
      ],
    };
  }),
);

afterEach(() => {
  vi.useRealTimers();
});
const later = (seconds: number) => vi.useFakeTimers({ toFake: ['Date'], now: Date.now() + seconds * 1000 });

/** What the gate lets through the origin answers with what it received. */
interface Echo {
  headers: [string, string][];
}
/** Who the origin is told calls. */
async function assertionOf(response: Response) {
  expect(response.status).toBe(200);
  const { headers } = (await response.json()) as Echo;
  const received = new Headers(headers);
  expect(received.get('Authorization')).toBeNull();
  return decodeJwt(received.get('Portcullis-Assertion') ?? '');
}
const call = (url: string, token: string, headers: Record<string, string> = {}) =>
  SELF.fetch(url, { headers: { Authorization: `Bearer ${token}`, ...headers } });

const tokenFor = async (clientId: string, resource: string): Promise<string> => {
  const form = { grant_type: 'client_credentials', resource };
  const response = await post('/oauth/token', form, basic(clientId));
  return ((await response.json()) as Tokens).access_token;
};

it('a JWT of a person passes where it is for, until they sign out', async () => {
  const { person, tokens } = await granted({ scope: 'openid api:read', resource: [api] });
  const claims = await assertionOf(await call('http://api.test/x', tokens.access_token));
  expect(claims).toMatchObject({
    iss: issuer,
    aud: api,
    sub: decodeJwt(tokens.access_token).sub,
    sid: decodeJwt(tokens.access_token).sid,
    client_id: 'spa',
  });
  expect((await call('http://notes.test/x', tokens.access_token)).status).toBe(401);
  await person.submit('/account/sign-out-everywhere', {});
  expect((await call('http://api.test/x', tokens.access_token)).status).toBe(401);
});

it('an opaque token passes where it is for, until it is revoked', async () => {
  const { tokens } = await granted({ scope: 'openid notes:read', resource: [notes] });
  const token = tokens.access_token;
  expect(token).toMatch(/^pc_at_/);
  expect(await assertionOf(await call('http://notes.test/x', token))).toMatchObject({
    aud: notes,
    client_id: 'spa',
    scope: 'openid notes:read',
  });
  expect((await call('http://api.test/x', token)).status).toBe(401);
  const lacking = await call('http://notes.test/scope', token);
  expect(lacking.status).toBe(403);
  expect(lacking.headers.get('WWW-Authenticate')).toContain('error="insufficient_scope", scope="api:read"');
  await post('/oauth/revoke', { token, client_id: 'spa' });
  const refused = await call('http://notes.test/x', token);
  expect(refused.status).toBe(401);
  expect(await refused.json()).toMatchObject({ error: 'invalid_token' });
});

it.each([
  ['JWT', api],
  ['opaque token', notes],
])('a bound %s passes with a proof of its key, once', async (_, resource) => {
  const key = await ProofKey.make();
  const { tokens } = await granted({ scope: 'openid', resource: [resource], key });
  const { access_token: accessToken, token_type } = tokens;
  expect(token_type).toBe('DPoP');
  const url = `${resource.replace('https:', 'http:')}x`;
  const send = async (headers: Record<string, string>) =>
    SELF.fetch(url, { headers: { Authorization: `DPoP ${accessToken}`, ...headers } });
  const proof = () => key.proof({ method: 'GET', accessToken, claims: { htu: url } });
  const DPoP = await proof();
  const first = await send({ DPoP });
  expect(first.headers.get('DPoP-Nonce')).not.toBeNull();
  await assertionOf(first);
  const repeated = await send({ DPoP });
  expect(repeated.headers.get('WWW-Authenticate')).toContain('error="invalid_dpop_proof"');
  expect((await call(url, accessToken)).status).toBe(401);
  await assertionOf(await send({ DPoP: await proof() }));
});

it.each([
  ['JWT', api],
  ['opaque token', notes],
])(
  'a %s of a client for itself passes where the client is named, until it is revoked',
  async (_, resource) => {
    const place = resource.replace('https:', 'http:');
    const token = await tokenFor('machine', resource);
    const claims = await assertionOf(await call(`${place}jobs`, token));
    expect(claims).toMatchObject({ aud: resource, sub: 'client:machine', client_id: 'machine' });
    expect(claims).not.toHaveProperty('sid');
    // Nobody has signed in.
    expect((await call(`${place}x`, token)).status).toBe(403);
    await post('/oauth/revoke', { token }, basic('machine'));
    later(31);
    expect((await call(`${place}jobs`, token)).status).toBe(401);
  },
);

it('a client that is not named does not pass with its own token', async () => {
  expect((await call('http://api.test/jobs', await tokenFor('actor', api))).status).toBe(403);
});

/** Follows a navigation as a browser would, up to a page that asks for something. */
async function navigate(person: Person, path: string) {
  const hops: string[] = [];
  let response = await person.get(path, navigation);
  for (; response.headers.has('Location') && hops.length < 10; ) {
    const next = new URL(response.headers.get('Location') ?? '', issuer);
    hops.push(next.pathname);
    if (next.pathname === '/signin') break;
    response = await person.get(next.pathname + next.search, navigation);
  }
  return { response, hops };
}

it('a step up goes to sign in and comes back to where it began, without a circle', async () => {
  const person = new Person();
  await person.signUp();
  // Just signed up: recent enough.
  const first = await navigate(person, '/recent/x?a=b');
  expect(first.response.status).toBe(200);
  expect(first.hops).toEqual(['/oauth/authorize', '/.portcullis/callback', '/recent/x']);
  expect((await navigate(person, '/anyone/x')).hops).toEqual([]);

  later(120);
  expect((await navigate(person, '/anyone/x')).hops).toEqual([]);
  const second = await navigate(person, '/recent/x?a=b');
  expect(second.hops).toEqual(['/oauth/authorize', '/signin']);
  const script = await person.send('/recent/x', {});
  expect(script.status).toBe(401);
  expect(script.headers.get('WWW-Authenticate')).toContain(
    `error="insufficient_user_authentication", acr_values="${factor}", max_age="60"`,
  );

  const flow = new URL(second.response.headers.get('Location') ?? '', issuer).searchParams.get('flow') ?? '';
  const signedIn = await person.signIn({ flow });
  const code = new URL(signedIn.headers.get('Location') ?? '', issuer);
  const back = await navigate(person, code.pathname + code.search);
  expect(back.hops).toEqual(['/recent/x']);
  expect(back.response.status).toBe(200);
  expect(((await back.response.json()) as { url: string }).url).toContain('/recent/x?a=b');
});
