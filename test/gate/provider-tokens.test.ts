import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { ProofKey } from '../workerd/proof-key.ts';
import { gateAlone, own, resource, type Said } from './alone.ts';
import { host } from './setup.ts';

// The access tokens of the provider that the people of a gate alone sign in at.

let world: ReturnType<typeof gateAlone>;
beforeEach(() => {
  vi.useFakeTimers({ toFake: ['Date'] });
  world = gateAlone();
});
afterEach(() => {
  vi.useRealTimers();
  vi.unstubAllGlobals();
  vi.restoreAllMocks();
});
const passSeconds = (seconds: number) => vi.advanceTimersByTime(seconds * 1000);
const asked = () => world.world.introspected.length;
const invalid = (response: Response) => {
  expect(response.status).toBe(401);
  expect(response.headers.get('WWW-Authenticate')).toContain('error="invalid_token"');
  expect(world.received).toEqual([]);
};
/** Of both forms. */
const forms = [
  ['a JWT', (claims = {}) => world.jwt({ ...claims })],
  ['an opaque token', async (claims = {}) => world.opaque(claims)],
] satisfies [string, (claims?: object) => Promise<string>][];

describe.each(forms)('%s', (_, make) => {
  it('passes, and the origin is told of a person as by the cookie', async () => {
    const profile = { email: 'ada@example.com', email_verified: true, name: 'Ada', groups: ['staff'] };
    const token = await make({
      ...profile,
      sub: 'auth0|a:b',
      sid: 's',
      scope: 'a b',
      auth_time: 7,
      amr: ['pwd'],
    });
    for (const path of ['/token/x', '/within/x', '/strict/x', '/staff/x']) {
      expect(await world.status(token, path)).toBe(200);
      expect(await world.assertion()).toEqual({
        iss: own,
        aud: resource,
        sub: 'auth0|a%3Ab',
        sub_id: { format: 'iss_sub', iss: world.provider, sub: 'auth0|a:b' },
        sid: 's',
        client_id: 'spa',
        scope: 'a b',
        auth_time: 7,
        amr: ['pwd'],
        ...profile,
      });
      expect(JSON.stringify([...(world.received.at(-1)?.headers ?? [])])).not.toContain(token);
    }
  });

  it('is asked about with the credentials of the gate: each time under strict, once in the window', async () => {
    const token = await make();
    await world.status(token, '/token/x');
    const count = async (path: string) => {
      const before = asked();
      for (const _ of [1, 2, 3]) expect(await world.status(token, path)).toBe(200);
      return asked() - before;
    };
    expect(await count('/token/x')).toBe(0);
    expect(await count('/within/x')).toBe(1);
    passSeconds(29);
    expect(await count('/within/x')).toBe(0);
    passSeconds(1);
    expect(await count('/within/x')).toBe(1);
    expect(await count('/strict/x')).toBe(3);
    const authorization = `Basic ${btoa('edge%2Dgate:secret')}`;
    expect(world.world.introspected.at(-1)).toEqual({ token, authorization, hint: 'access_token' });
  });

  it('that was revoked is refused at once under strict, within the window otherwise, and for good', async () => {
    const token = await make();
    for (const path of ['/within/x', '/strict/x']) expect(await world.status(token, path)).toBe(200);
    const before = world.world.tokens.get(token) ?? {};
    world.world.tokens.set(token, { active: false });
    world.received.length = 0;
    invalid(await world.send(token, '/strict/x'));
    // Everybody knows by then.
    invalid(await world.send(token, '/within/x'));
    world.world.tokens.set(token, before);
    invalid(await world.send(token, '/strict/x'));
  });

  it('is refused by the window alone', async () => {
    const token = await make();
    expect(await world.status(token, '/within/x')).toBe(200);
    world.world.tokens.set(token, { active: false });
    passSeconds(29);
    expect(await world.status(token, '/within/x')).toBe(200);
    passSeconds(1);
    expect(await world.status(token, '/within/x')).toBe(401);
  });

  it('for another audience is refused, also where it is remembered', async () => {
    const token = await make();
    expect(await world.status(token, '/token/x')).toBe(200);
    world.received.length = 0;
    invalid(await world.send(token, '/elsewhere/x'));
    const list = await make({ aud: ['https://api.test/other', resource] });
    for (const path of ['/elsewhere/x', '/token/x']) expect(await world.status(list, path)).toBe(200);
  });

  it('that has expired is refused', async () => {
    const token = await make({ exp: Math.floor(Date.now() / 1000) + 60 });
    expect(await world.status(token, '/token/x')).toBe(200);
    world.received.length = 0;
    passSeconds(66);
    invalid(await world.send(token, '/token/x'));
  });

  it('of a client for itself passes where the client is named, and nowhere else', async () => {
    const token = await make({ sub: 'robot', client_id: 'robot' });
    for (const path of ['/token/x', '/within/x', '/strict/x', '/staff/x'])
      expect(await world.status(token, path)).toBe(403);
    expect(await world.status(token, '/robots/x')).toBe(200);
    expect(await world.assertion()).toMatchObject({ sub: 'client:robot', client_id: 'robot' });
    expect(await world.assertion()).not.toHaveProperty('sub_id');
    world.world.tokens.set(token, { active: false });
    expect(await world.status(token, '/robots/x')).toBe(401);
  });

  it('that a client exchanged for that of another client is no person', async () => {
    const token = await make({ sub: 'another', client_id: 'robot', act: { sub: 'robot' } });
    expect(await world.status(token, '/strict/x')).toBe(403);
    expect(await world.status(token, '/robots/x')).toBe(200);
    expect(await world.assertion()).toMatchObject({ sub: 'client:another', client_id: 'robot' });
    const delegated = await make({ sub: 'ada', client_id: 'robot', act: { sub: 'robot' }, sid: 's' });
    expect(await world.status(delegated, '/strict/x')).toBe(200);
    expect(await world.assertion()).toMatchObject({ sub: 'ada', sid: 's' });
  });

  it('that is bound to a key passes with its proof, and only so', async () => {
    const key = await ProofKey.make();
    const token = await make({ cnf: { jkt: key.jkt }, token_type: 'DPoP' });
    for (const scheme of ['Bearer', 'DPoP']) expect(await world.status(token, '/strict/x', scheme)).toBe(401);
    expect((await world.sendProved(await ProofKey.make(), token, '/strict/x')).status).toBe(401);
    expect(world.received).toEqual([]);
    for (const path of ['/token/x', '/strict/x'])
      expect((await world.sendProved(key, token, path)).status).toBe(200);
    const certificate = await make({ cnf: { 'x5t#S256': 'x' } });
    expect(await world.status(certificate, '/strict/x')).toBe(401);
    const bearer = await make();
    expect((await world.sendProved(key, bearer, '/strict/x')).status).toBe(401);
  });

  it('names nobody of ours and nobody beyond the alphabet of subjects', async () => {
    for (const sub of ['', 'ädä', 'x'.repeat(300)])
      invalid(await world.send(await make({ sub }), '/token/x'));
  });

  it('is 503 when the provider cannot be asked; that is no end', async () => {
    vi.spyOn(console, 'error').mockReturnValue();
    const token = await make();
    expect(await world.status(token, '/strict/x')).toBe(200);
    world.received.length = 0;
    world.world.isUp = false;
    expect(await world.status(token, '/strict/x')).toBe(503);
    expect(world.received).toEqual([]);
    expect(await world.status(token, '/within/x')).toBe(200);
    expect(await world.status(token, '/token/x')).toBe(200);
    world.world.isUp = true;
    expect(await world.status(token, '/strict/x')).toBe(200);
  });

  it.each<[string, Said, number]>([
    ['is about somebody else', { sub: 'eve' }, 401],
    ['is about another client', { client_id: 'another' }, 401],
    ['is about another key', { cnf: { jkt: 'x' } }, 401],
    ['is of another issuer', { iss: 'https://idp.example.net' }, 401],
    ['is for another audience', { aud: 'https://api.test/other' }, 401],
    ['is over', { exp: 1 }, 401],
    ['has an end that is none', { exp: '9999999999' }, 401],
    ['is of a refresh token', { token_use: 'refresh_token' }, 401],
    ['says more than anybody keeps', { story: 'x'.repeat(20_000) }, 401],
    ['says active as a text', { active: 'true' }, 503],
    ['says active as a number', { active: 1 }, 503],
    ['is a page', () => new Response('<h1>', { headers: { 'Content-Type': 'text/html' } }), 503],
    ['is a signed one that nobody asked for', () => signedAnswer(), 503],
    ['is a list', () => Response.json([]), 503],
    ['is nothing', () => new Response(null), 503],
    ['leads elsewhere', () => Response.redirect('https://elsewhere.example.com/', 307), 503],
    ['is a refusal of our own credentials', () => Response.json({ error: 'x' }, { status: 401 }), 503],
    [
      'is that nobody asks about such tokens',
      () => Response.json({ error: 'unsupported_token_type' }, { status: 400 }),
      401,
    ],
    ['is a failure', () => new Response('', { status: 500 }), 503],
    ['never ends', () => endless(), 503],
  ])('is refused when a later answer %s', async (_, said, status) => {
    vi.spyOn(console, 'error').mockReturnValue();
    const token = await make();
    expect(await world.status(token, '/within/x')).toBe(200);
    world.received.length = 0;
    const before = world.world.tokens.get(token) as object;
    world.world.tokens.set(token, typeof said === 'function' ? said : { ...before, ...said });
    expect(await world.status(token, '/strict/x')).toBe(status);
    expect(world.received).toEqual([]);
  });

  it('says of its person what the provider says by now', async () => {
    const token = await make({ groups: ['staff'], name: 'Ada' });
    expect(await world.status(token, '/staff/x')).toBe(200);
    const before = world.world.tokens.get(token) as object;
    world.world.tokens.set(token, { ...before, groups: ['guests'], name: 'Ada L.' });
    expect(await world.status(token, '/staff/x')).toBe(200);
    expect(await world.status(token, '/strict/x')).toBe(200);
    expect(await world.assertion()).toMatchObject({ name: 'Ada L.', groups: ['guests'] });
    expect(await world.status(token, '/staff/x')).toBe(403);
    world.world.tokens.set(token, before);
    // Nobody is refused by what is remembered.
    expect(await world.status(token, '/staff/x')).toBe(200);
  });

  it('has of its person only what has its form', async () => {
    const token = await make({ email: 7, name: { first: 'Ada' }, groups: ['staff', 7], email_verified: 'x' });
    for (const path of ['/token/x', '/strict/x']) {
      expect(await world.status(token, path)).toBe(200);
      const { email, name, groups, email_verified } = await world.assertion();
      expect([email, name, groups, email_verified]).toEqual([undefined, undefined, ['staff'], undefined]);
    }
  });

  it('has to have the scope of the route', async () => {
    expect(await world.status(await make({ scope: 'a b' }), '/scope/x')).toBe(200);
    expect(await world.status(await make({ scope: 'b' }), '/scope/x')).toBe(403);
  });
});

function endless(): Response {
  const chunk = new TextEncoder().encode(`"${'x'.repeat(16_000)}",`);
  const body = new ReadableStream({ pull: (controller) => controller.enqueue(chunk) });
  return new Response(body, { headers: { 'Content-Type': 'application/json' } });
}
const signedAnswer = () =>
  new Response('a.b.c', { headers: { 'Content-Type': 'application/token-introspection+jwt' } });

describe('a JWT', () => {
  it('is asked about nowhere under token, and its signature is checked once', async () => {
    const token = await world.jwt();
    const verified = vi.spyOn(crypto.subtle, 'verify');
    for (const _ of [1, 2, 3]) expect(await world.status(token, '/token/x')).toBe(200);
    expect(asked()).toBe(0);
    expect(verified).toHaveBeenCalledTimes(1);
  });

  it.each<[string, () => Promise<string>]>([
    ['of another issuer', () => world.jwt({ iss: 'https://idp.example.net' })],
    ['of the gate itself', () => world.jwt({ iss: own })],
    ['that is an ID token', () => world.jwt({}, { typ: 'JWT' })],
    ['without a type', () => world.jwt({}, { typ: undefined })],
    ['by a key of somebody else', () => world.jwt({}, {}, world.strangerKey)],
    ['without a subject', () => world.jwt({ sub: undefined as never })],
    ['without an end', () => world.jwt({ exp: undefined as never })],
    ['changed in its signature', async () => `${(await world.jwt()).slice(0, -8)}AAAAAAAA`],
    ['of tens of kilobytes', async () => `eyJ.${'A'.repeat(50_000)}.AAAA`],
  ])('%s is refused, and nobody is asked about it', async (_, make) => {
    const token = await make();
    for (const path of ['/token/x', '/within/x', '/strict/x']) invalid(await world.send(token, path));
    expect(asked()).toBe(0);
  });

  it('of another issuer that a route names is judged by that one’s keys', async () => {
    expect(await world.status(await world.jwt(), '/partners/x')).toBe(200);
    // They are not there.
    expect(await world.status(await world.jwt({ iss: 'https://partner.example.com' }), '/partners/x')).toBe(
      503,
    );
  });
});

describe('an opaque token', () => {
  it.each<[string, object]>([
    ['whose audience nobody says', { aud: undefined }],
    ['whose type nobody says', { token_type: undefined }],
    ['of another type', { token_type: 'mac' }],
    ['that is said to be bound, to no key', { token_type: 'DPoP' }],
    ['without anybody it is for', { sub: undefined, client_id: undefined }],
    ['whose subject is a number', { sub: 7 }],
    ['of which more is said than anybody keeps', { story: 'x'.repeat(20_000) }],
    ['that is not active', { active: false }],
    ['that is not good yet', { nbf: Math.floor(Date.now() / 1000) + 100_000 }],
  ])('%s is refused', async (_, said) => {
    invalid(await world.send(world.opaque(said), '/token/x'));
  });

  it('that names nobody is its client’s own', async () => {
    const token = world.opaque({ sub: undefined, client_id: 'robot' });
    expect(await world.status(token, '/robots/x')).toBe(200);
    expect(await world.assertion()).toMatchObject({ sub: 'client:robot' });
    expect(await world.status(token, '/strict/x')).toBe(403);
  });

  it('whose end nobody says is asked about again after 300 seconds', async () => {
    const token = world.opaque({ exp: undefined });
    for (const _ of [1, 2]) expect(await world.status(token, '/token/x')).toBe(200);
    expect(asked()).toBe(1);
    passSeconds(299);
    expect(await world.status(token, '/token/x')).toBe(200);
    world.world.tokens.set(token, { active: false });
    passSeconds(1);
    expect(await world.status(token, '/token/x')).toBe(401);
    expect(asked()).toBe(2);
  });

  it('that is no longer good is no longer good under token either', async () => {
    const token = world.opaque();
    expect(await world.status(token, '/token/x')).toBe(200);
    world.world.tokens.set(token, { active: false });
    expect(await world.status(token, '/strict/x')).toBe(401);
    expect(await world.status(token, '/token/x')).toBe(401);
  });

  it('whose scope has changed is read anew', async () => {
    const token = world.opaque();
    expect(await world.status(token, '/scope/x')).toBe(200);
    world.world.tokens.set(token, { ...(world.world.tokens.get(token) as object), scope: 'b' });
    expect(await world.status(token, '/strict/x')).toBe(401);
    expect(await world.status(token, '/scope/x')).toBe(403);
  });

  it('about which a JWT speaks (RFC 9701) that nobody verifies is 503', async () => {
    vi.spyOn(console, 'error').mockReturnValue();
    const iat = Math.floor(Date.now() / 1000);
    const said = { active: true, token_type: 'Bearer', aud: resource, sub: 'ada', exp: iat + 300 };
    const encoded = (part: object) =>
      btoa(JSON.stringify(part)).replaceAll('+', '-').replaceAll('/', '_').replaceAll('=', '');
    const token = world.opaque(() => {
      const header = encoded({ alg: 'RS256', typ: 'token-introspection+jwt', kid: 'k' });
      const claims = encoded({ iss: world.provider, aud: 'edge-gate', iat, token_introspection: said });
      const headers = { 'Content-Type': 'application/token-introspection+jwt' };
      return new Response(`${header}.${claims}.AAAA`, { headers });
    });
    expect(await world.status(token, '/token/x')).toBe(503);
  });

  it('that nobody knows is asked about once in five seconds', async () => {
    for (const _ of [1, 2, 3]) invalid(await world.send('garbage', '/strict/x'));
    expect(asked()).toBe(1);
    world.world.tokens.set('garbage', world.world.tokens.get(world.opaque()) ?? {});
    passSeconds(5);
    expect(await world.status('garbage', '/token/x')).toBe(200);
  });

  it('is asked about once by many at a time', async () => {
    const token = world.opaque();
    const statuses = await Promise.all(Array.from({ length: 30 }, () => world.status(token, '/token/x')));
    expect(new Set(statuses)).toEqual(new Set([200]));
    expect(asked()).toBe(1);
  });

  it('beyond twenty that nobody knows is 503, and keeps nobody who is known from passing', async () => {
    vi.spyOn(console, 'error').mockReturnValue();
    const [jwt, known] = [await world.jwt(), world.opaque()];
    expect(await world.status(known, '/strict/x')).toBe(200);
    const before = asked();
    let release = (_: unknown) => {};
    world.world.held = new Promise((resolve) => {
      release = resolve;
    });
    const all = Array.from({ length: 60 }, (_, index) => world.status(`garbage-${index}`, '/token/x'));
    await vi.waitFor(() => expect(asked() - before).toBe(20));
    world.world.held = undefined;
    expect(await world.status(jwt, '/strict/x')).toBe(200);
    expect(await world.status(known, '/strict/x')).toBe(200);
    release(undefined);
    const statuses = await Promise.all(all);
    expect(statuses.filter((status) => status === 401)).toHaveLength(20);
    expect(statuses.filter((status) => status === 503)).toHaveLength(40);
  });

  it('that was good before is asked about however many strangers there are', async () => {
    vi.spyOn(console, 'error').mockReturnValue();
    const token = world.opaque();
    expect(await world.status(token, '/token/x')).toBe(200);
    world.world.tokens.set(token, { ...(world.world.tokens.get(token) as object), exp: 9_999_999_999 });
    passSeconds(301);
    const before = asked();
    let release = (_: unknown) => {};
    world.world.held = new Promise((resolve) => {
      release = resolve;
    });
    const all = Array.from({ length: 20 }, (_, index) => world.status(`garbage-${index}`, '/token/x'));
    await vi.waitFor(() => expect(asked() - before).toBe(20));
    world.world.held = undefined;
    expect(await world.status(token, '/token/x')).toBe(200);
    release(undefined);
    await Promise.all(all);
  });

  it('may come again after strangers whose requests were never heard of again', async () => {
    vi.spyOn(console, 'error').mockReturnValue();
    world.world.held = new Promise(() => {});
    const lost = Array.from({ length: 20 }, (_, index) => world.status(`garbage-${index}`, '/token/x'));
    await vi.waitFor(() => expect(asked()).toBe(20));
    world.world.held = undefined;
    const token = world.opaque();
    expect(await world.status(token, '/token/x')).toBe(503);
    passSeconds(11);
    expect(await world.status(token, '/token/x')).toBe(200);
    await Promise.all(lost);
  });

  it.each([
    ['too long', 'x'.repeat(4097)],
    ['of another use at a Portcullis', 'pc_rt_something'],
    ['a session there', 'pc_st_something'],
  ])('that is %s is shown to nobody', async (_, token) => {
    invalid(await world.send(token, '/token/x'));
    expect(asked()).toBe(0);
  });

  it('never stands in a log', async () => {
    const lines: string[] = [];
    for (const level of ['error', 'warn', 'log'] as const)
      vi.spyOn(console, level).mockImplementation((...line) => void lines.push(line.join(' ')));
    const token = world.opaque(() => Response.json({ error: 'opaque' }, { status: 400 }));
    expect(await world.status(token, '/token/x')).toBe(503);
    expect(lines.join()).toContain('gate.failed');
    expect(lines.join()).not.toContain(token);
  });
});

describe('where the operator does not say that all tokens stand for people', () => {
  beforeEach(() => {
    world = gateAlone({ people: false });
  });

  it.each(forms)('%s without a word of a sign-in is its client’s own', async (_, make) => {
    const token = await make({ client_id: 'robot' });
    for (const path of ['/token/x', '/within/x', '/strict/x', '/staff/x'])
      expect(await world.status(token, path)).toBe(403);
    for (const path of ['/robots/x']) expect(await world.status(token, path)).toBe(200);
    expect(await world.assertion()).toMatchObject({ sub: 'client:ada', client_id: 'robot' });
  });

  it.each(forms)('%s of somebody who signed in is theirs', async (_, make) => {
    for (const word of [{ sid: 's' }, { auth_time: 7 }, { amr: ['pwd'] }, { scope: 'a openid' }])
      expect(await world.status(await make(word), '/strict/x')).toBe(200);
  });

  it.each(forms)('%s that names neither a person nor a client passes nowhere', async (_, make) => {
    const token = await make({ client_id: undefined });
    for (const path of ['/token/x', '/robots/x']) expect(await world.status(token, path)).toBe(401);
  });
});

it('a provider that cannot be reached is not asked for its metadata again at once', async () => {
  vi.spyOn(console, 'error').mockReturnValue();
  const navigate = async () => {
    const headers = { 'Sec-Fetch-Mode': 'navigate', 'Sec-Fetch-Dest': 'document', 'Sec-Fetch-Site': 'none' };
    const request = new Request(`https://${host}/token/x`, { headers, redirect: 'manual' });
    return (await world.gate.fetch(request)).status;
  };
  world.world.isUp = false;
  expect(await navigate()).toBe(503);
  world.world.isUp = true;
  expect(await navigate()).toBe(503);
  passSeconds(1);
  expect(await navigate()).toBe(302);
});

describe.each<[string, Parameters<typeof gateAlone>[0]]>([
  ['without a secret', { hasSecret: false }],
  ['whose provider has no introspection', { hasIntrospection: false }],
])('a gate %s', (_, options) => {
  beforeEach(() => {
    world = gateAlone(options);
  });

  it('takes JWTs at their word, and says what it cannot do', async () => {
    const jwt = await world.jwt();
    const words = 'this gate cannot ask about tokens';
    expect(await world.status(jwt, '/token/x')).toBe(200);
    world.received.length = 0;
    for (const path of ['/within/x', '/strict/x']) {
      const response = await world.send(jwt, path);
      invalid(response);
      expect(await response.json()).toMatchObject({ error_description: expect.stringContaining(words) });
    }
    const response = await world.send(world.opaque(), '/token/x');
    invalid(response);
    expect(response.headers.get('WWW-Authenticate')).toContain(words);
    expect(asked()).toBe(0);
    expect(await world.status(jwt, '/token/x')).toBe(200);
  });
});

describe('beside the tokens', () => {
  it('the metadata of a route names the provider', async () => {
    const url = 'https://app.test/.well-known/oauth-protected-resource/token';
    const response = await world.gate.fetch(new Request(url));
    expect(await response.json()).toMatchObject({
      resource,
      authorization_servers: [world.provider],
    });
  });

  it('a public route never hands on a JWT of the provider', async () => {
    expect(await world.status(await world.jwt(), '/public/x')).toBe(200);
    expect(world.received.at(-1)?.headers.get('Authorization')).toBeNull();
    expect(await world.status('somebody-elses', '/public/x')).toBe(200);
    expect(world.received.at(-1)?.headers.get('Authorization')).toBe('Bearer somebody-elses');
    expect(world.received.at(-1)?.headers.get('X-Forwarded-Host')).toBe(host);
  });
});
