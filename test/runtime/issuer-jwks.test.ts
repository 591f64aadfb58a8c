import { randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { Agent, createServer, get, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import { gzipSync } from 'node:zlib';
import { exportJWK, generateKeyPair, type JWK, SignJWT } from 'jose';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { root } from '../../src/cli/wrangler.ts';
import { type Runtime, startRuntime } from './runtime.ts';

// A real workerd with real KV on one side, a real server that fails in every way on the other.

type Conduct = (response: ServerResponse, request: IncomingMessage) => void;

const { privateKey, publicKey } = await generateKeyPair('ES256');
const jwk: JWK = { ...(await exportJWK(publicKey)), kid: 'one', alg: 'ES256', use: 'sig' };
const set = JSON.stringify({ keys: [jwk] });
const json = { 'Content-Type': 'application/json' };

const good: Conduct = (response) => response.writeHead(200, json).end(set);
let conduct = good;
let hits = 0;
const paths: string[] = [];
const server = createServer((request, response) => {
  hits += 1;
  paths.push(request.url ?? '');
  conduct(response, request);
});

let runtime: Runtime;
let issuer: string;
beforeAll(async () => {
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  issuer = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  runtime = await startRuntime({
    main: {
      name: 'reader',
      main: join(root, 'test/workerd/issuer-jwks.ts'),
      bindings: {
        ISSUER: issuer,
        PORTCULLIS_ENVIRONMENT: 'production',
        PORTCULLIS_SECRET: randomBytes(32).toString('base64'),
      },
      kvNamespaces: ['JWKS_CACHE'],
    },
  });
});
afterAll(async () => {
  agent.destroy();
  await runtime?.stop();
  server.closeAllConnections();
  server.close();
});

const agent = new Agent({ keepAlive: true, maxSockets: 250 });

async function ask(
  path: string,
  headers: Record<string, string> = {},
): Promise<{ status: number; body: string }> {
  const [response] = (await once(get(runtime.url + path, { agent, headers }), 'response')) as [
    IncomingMessage,
  ];
  return { status: response.statusCode ?? 0, body: await text(response) };
}

const endless = (response: ServerResponse, chunk: string) => {
  const more = (): boolean => {
    while (!response.destroyed && response.write(chunk));
    return response.once('drain', more).destroyed;
  };
  more();
};

const failures: [string, Conduct][] = [
  ['an error', (response) => response.writeHead(500).end('no')],
  [
    '404 and a page',
    (response) => response.writeHead(404, { 'Content-Type': 'text/html' }).end('<!doctype html>'),
  ],
  [
    '200 and a page',
    (response) => response.writeHead(200, { 'Content-Type': 'text/html' }).end('<!doctype html>'),
  ],
  ['no content', (response) => response.writeHead(204).end()],
  ['an empty body', (response) => response.writeHead(200, json).end()],
  ['a word', (response) => response.writeHead(200, json).end('keys')],
  ['JSON that is no key set', (response) => response.writeHead(200, json).end('{"keys":{}}')],
  [
    'JSON that is not UTF-8',
    (response) => response.writeHead(200, json).end(Buffer.from(set.replace('one', 'n\u00e9'), 'latin1')),
  ],
  [
    'too many keys',
    (response) => response.writeHead(200, json).end(JSON.stringify({ keys: Array(11).fill(jwk) })),
  ],
  ['more bytes than allowed', (response) => response.writeHead(200, json).end(`${set}${' '.repeat(33_000)}`)],
  ['bytes without end', (response) => endless(response.writeHead(200, json), ' '.repeat(8192))],
  [
    'few bytes that unpack to many',
    (response) =>
      response
        .writeHead(200, { ...json, 'Content-Encoding': 'gzip' })
        .end(gzipSync(set + ' '.repeat(10_000_000))),
  ],
  ['nothing at all', () => {}],
  ['a head and no body', (response) => response.writeHead(200, json).flushHeaders()],
  [
    'a body drop by drop',
    (response) => {
      response.writeHead(200, json).write(set);
      const timer = setInterval(() => response.write(' '), 50);
      response.once('close', () => clearInterval(timer));
    },
  ],
  [
    'a body that ends before its length',
    (response) => {
      response.writeHead(200, { ...json, 'Content-Length': set.length + 100 }).write(set);
      setTimeout(() => response.destroy(), 20);
    },
  ],
  [
    'a body whose last chunk is missing',
    (response) => {
      response.writeHead(200, json).write(set.slice(0, -1));
      setTimeout(() => response.destroy(), 20);
    },
  ],
  ['a closed connection', (_, request) => request.socket.destroy()],
  [
    'a redirect to the keys',
    (response) => response.writeHead(302, { Location: `${issuer}/elsewhere` }).end(),
  ],
  [
    'a permanent redirect to the keys',
    (response) => response.writeHead(308, { Location: `${issuer}/elsewhere` }).end(),
  ],
];

let isolates = 0;

describe.each(failures)('an issuer that answers with %s', (_, failing) => {
  test('is none to a Worker that has no keys, and no reason to forget those that it has', async () => {
    // KV is shared: each test lives a year after the last.
    isolates += 1;
    const year = isolates * 31_536_000;
    const at = (seconds: number, name = '') => `/?isolate=${isolates}${name}&later=${year + seconds}`;
    conduct = failing;
    hits = 0;
    expect((await ask(at(0, 'cold'))).status).toBe(503);
    expect(hits).toBe(1);

    conduct = good;
    expect(await ask(at(10, 'warm'))).toEqual({ status: 200, body: set });
    // KV has it some time after the answer: then nobody else asks the issuer.
    for (let probe = 0; hits > 0; probe += 1) {
      hits = 0;
      expect((await ask(at(10, `probe ${probe}`))).status).toBe(200);
    }
    conduct = failing;
    hits = 0;
    paths.length = 0;
    // Past max-age the copy is still good, in memory and in KV; past max-stale it is not.
    expect(await ask(at(700, 'warm'))).toEqual({ status: 200, body: set });
    expect(await ask(at(700, 'new'))).toEqual({ status: 200, body: set });
    expect(hits).toBe(2);
    expect((await ask(at(86_411, 'warm'))).status).toBe(503);
    expect((await ask(at(86_411, 'newer'))).status).toBe(503);
    expect(new Set(paths)).toEqual(new Set(['/keys']));

    conduct = good;
    expect(await ask(at(86_500, 'warm'))).toEqual({ status: 200, body: set });
  });
});

describe('a thousand requests at once', () => {
  const year = 31_536_000 * 1000;
  const signed = (kid: string) =>
    new SignJWT({ sub: 'somebody' })
      .setProtectedHeader({ alg: 'ES256', typ: 'at+jwt', kid })
      .setIssuer(issuer)
      .setAudience('api')
      .setExpirationTime(Math.floor(Date.now() / 1000) + year * 2)
      .sign(privateKey);
  const slowly: Conduct = (response) => setTimeout(() => good(response, response.req), 100);

  test('with a key that nobody knows cause one fetch', async () => {
    conduct = slowly;
    const tokens = await Promise.all(Array.from({ length: 1000 }, (_, index) => signed(`unknown ${index}`)));
    // From cold: what is fetched for the first serves all of them.
    hits = 0;
    const flood = (path: string) => Promise.all(tokens.map((Token) => ask(path, { Token })));
    for (const { body } of await flood(`/verify?isolate=flood&later=${year}`)) {
      expect(JSON.parse(body)).toMatchObject({ code: 'key_unknown' });
    }
    expect(hits).toBe(1);
    // Warm, before the cooldown is over, and after.
    await flood(`/verify?isolate=flood&later=${year + 20}`);
    expect(hits).toBe(1);
    await flood(`/verify?isolate=flood&later=${year + 60}`);
    expect(hits).toBe(2);
    const known = await ask(`/verify?isolate=flood&later=${year + 60}`, { Token: await signed('one') });
    expect(JSON.parse(known.body)).toMatchObject({ ok: true, claims: { sub: 'somebody' } });
    expect(hits).toBe(2);
  });

  test('cause one fetch when the issuer is down, too', async () => {
    conduct = (response) => setTimeout(() => response.writeHead(500).end(), 100);
    hits = 0;
    const later = year * 2;
    const started = performance.now();
    const answers = await Promise.all(
      Array.from({ length: 1000 }, () => ask(`/?isolate=down&later=${later}`)),
    );
    expect(new Set(answers.map(({ status }) => status))).toEqual(new Set([503]));
    // On a slow machine a second may pass, and with it the time until the next attempt.
    expect(hits).toBeLessThanOrEqual(1 + Math.floor((performance.now() - started) / 1000));
  });

  test('do not wait for ever behind one whose caller has gone', async () => {
    conduct = () => {};
    hits = 0;
    const path = `/?isolate=gone&later=${year * 3}`;
    const gone = get(runtime.url + path).once('error', () => {});
    while (hits === 0) await new Promise((resume) => setTimeout(resume, 5));
    gone.destroy();
    conduct = good;
    const started = performance.now();
    await Promise.all(Array.from({ length: 1000 }, () => ask(path)));
    expect(performance.now() - started).toBeLessThan(3000);
    expect(await ask(`/?isolate=gone&later=${year * 3 + 2}`)).toEqual({ status: 200, body: set });
    expect(hits).toBe(2);
  });
});
