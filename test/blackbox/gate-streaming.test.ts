import { execFile } from 'node:child_process';
import { createHash, randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { createReadStream } from 'node:fs';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { get, type IncomingMessage, request } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as wait } from 'node:timers/promises';
import { promisify } from 'node:util';
import { createGunzip } from 'node:zlib';
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import {
  ask,
  cookieOf,
  encoded,
  encodedEvents,
  file,
  type Ground,
  pouredHash,
  signOutElsewhere,
  startGate,
} from './gate-ground.ts';
import { jsonOf, send } from './http.ts';
import type { Person } from './person.ts';

const run = promisify(execFile);
const MEBIBYTE = 1024 * 1024;

let ground: Ground;
let person: Person;
let folder: string;
beforeAll(async () => {
  ground = await startGate();
  person = await ground.enter();
  folder = await mkdtemp(join(tmpdir(), 'portcullis-streaming-'));
});
afterAll(async () => {
  await ground.stop();
  await rm(folder, { recursive: true, force: true });
});
beforeEach(() => {
  ground.origin.reached.length = 0;
});

/** The answer's head as soon as it is there, and its body as it comes. */
function begin(path: string, headers: Record<string, string> = {}): Promise<IncomingMessage> {
  return new Promise((resolve, reject) => {
    get(
      ground.runtime.url + path,
      { headers: { Accept: '*/*', Cookie: cookieOf(person), ...headers } },
      resolve,
    ).once('error', reject);
  });
}

async function bytesOf(message: IncomingMessage): Promise<Buffer> {
  const chunks: Buffer[] = [];
  for await (const chunk of message) chunks.push(chunk as Buffer);
  return Buffer.concat(chunks);
}

/** curl with the person's cookies. @returns its exit code, the final status, and what it wrote to the file */
async function curl(path: string, ...options: string[]) {
  return curlAs(cookieOf(person), path, ...options);
}

async function curlAs(cookie: string, path: string, ...options: string[]) {
  const output = join(folder, 'output');
  const { code, stdout, stderr } = await run('curl', [
    '--silent',
    '--show-error',
    '--max-time',
    '30',
    '--cookie',
    cookie,
    '--output',
    output,
    '--write-out',
    '%{http_code}',
    ...options,
    ground.runtime.url + path,
  ]).then(
    (done) => ({ code: 0, ...done }),
    (failed: { code: number; stdout: string; stderr: string }) => failed,
  );
  return { code, status: Number(stdout), stderr, output };
}

describe('an answer arrives as the origin gave it', () => {
  test.each(['gzip', 'br'] as const)('in its %s, byte for byte', async (coding) => {
    for (const route of ['public', 'strict', 'token']) {
      const answer = await begin(`/${route}/${coding}`, { 'Accept-Encoding': 'gzip, br' });
      expect(answer.headers).toMatchObject({
        'content-encoding': coding,
        'content-length': String(encoded[coding].length),
        etag: `"${coding}"`,
      });
      expect(answer.headers.vary).toMatch(/^Accept-Encoding/);
      expect(await bytesOf(answer)).toEqual(encoded[coding]);
    }
  });

  test('unread: what says gzip and is none passes too', async () => {
    for (const route of ['public', 'strict']) {
      const answer = await begin(`/${route}/not-gzip`);
      expect([answer.headers['content-encoding'], String(await bytesOf(answer))]).toEqual([
        'gzip',
        'not gzip',
      ]);
    }
  });

  test('with every cookie of its own, and its redirect not followed', async () => {
    const { headers } = await ask(person, '/strict/cookies');
    expect(headers.getSetCookie()).toEqual(['a=1; Expires=Wed, 21 Oct 2099 07:28:00 GMT', 'b=2; HttpOnly']);
    const redirect = await ask(person, '/strict/redirect');
    expect([redirect.status, redirect.headers.get('Location'), redirect.text]).toEqual([
      307,
      'https://elsewhere.test/x?y=1#z',
      'over there',
    ]);
  });

  test('without a body where there is none', async () => {
    const head = await send(`${ground.runtime.url}/strict/file`, {
      method: 'HEAD',
      headers: { Cookie: cookieOf(person) },
    });
    expect([head.status, head.headers.get('Content-Length'), head.text]).toEqual([
      200,
      String(file.length),
      '',
    ]);
    expect(ground.origin.reached[0]?.method).toBe('HEAD');
    const none = await ask(person, '/strict/no-content');
    expect([none.status, none.headers.get('ETag'), none.text]).toEqual([204, '"v1"', '']);
  });

  test('a conditional request stays one', async () => {
    const { status, headers } = await ask(person, '/strict/file', { 'If-None-Match': '"v1"' });
    expect([status, headers.get('ETag')]).toEqual([304, '"v1"']);
    // Which would have the origin send all of it again.
    expect(ground.origin.reached[0]?.headers['cache-control']).toBeUndefined();
    expect(ground.origin.reached[0]?.headers.pragma).toBeUndefined();
  });

  test('whatever informational answers went before it', async () => {
    const { status, text } = await ask(person, '/strict/hints');
    expect([status, text]).toEqual([200, 'after a hint']);
  });

  test('is private exactly where identity shaped it', async () => {
    expect((await ask(person, '/public/file')).headers.get('Cache-Control')).toBeNull();
    expect((await ask(person, '/strict/file')).headers.get('Cache-Control')).toBe('private');
  });
});

describe('curl', () => {
  test('gets ranges', async () => {
    for (const [range, part] of [
      ['0-9', file.slice(0, 10)],
      ['100-199', file.slice(100, 200)],
      ['-5', file.slice(-5)],
    ] as const) {
      const { status, output } = await curl('/strict/file', '--range', range);
      expect([status, String(await readFile(output))]).toEqual([206, part]);
    }
    expect(ground.origin.reached.map(({ headers }) => headers.range)).toEqual([
      'bytes=0-9',
      'bytes=100-199',
      'bytes=-5',
    ]);
  });

  test('resumes', async () => {
    await writeFile(join(folder, 'output'), file.slice(0, 1234));
    const { code, status, output } = await curl('/strict/file', '--continue-at', '-');
    expect([code, status]).toEqual([0, 206]);
    expect(String(await readFile(output))).toBe(file);
  });

  test('asks for the head alone, in HTTP/1.1', async () => {
    const { code, status, output } = await curl('/strict/file', '--http1.1', '--head');
    expect([code, status]).toEqual([0, 200]);
    expect(String(await readFile(output))).toContain(`Content-Length: ${file.length}`);
  });

  test('uploads after a 100 Continue', async () => {
    const body = randomBytes(3 * MEBIBYTE);
    await writeFile(join(folder, 'body'), body);
    const { status, output, stderr } = await curl(
      '/strict/upload',
      ...['--http1.1', '--verbose', '--header', 'Expect: 100-continue'],
      ...['--header', `Origin: ${ground.runtime.url}`, '--data-binary', `@${join(folder, 'body')}`],
    );
    expect(status).toBe(200);
    expect(stderr).toContain('< HTTP/1.1 100 Continue');
    expect(ground.origin.reached[0]?.headers.expect).toBeUndefined();
    expect(JSON.parse(String(await readFile(output)))).toEqual({
      bytes: body.length,
      hash: createHash('sha256').update(body).digest('hex'),
    });
  });

  test('sends nothing to the origin without a session', async () => {
    const { status } = await curlAs('a=1', '/strict/upload', '--data-binary', 'x');
    expect(status).toBe(401);
    expect(ground.origin.reached).toEqual([]);
  });
});

describe('100 MiB in flat memory', () => {
  const bytes = 100 * MEBIBYTE;

  /** What workerd's resident memory grew by, at its highest, while `work` ran. */
  async function growth<T>(work: Promise<T>): Promise<[T, number]> {
    const before = ground.runtime.memory();
    let highest = before;
    const timer = setInterval(() => {
      highest = Math.max(highest, ground.runtime.memory());
    }, 20);
    try {
      return [await work, highest - before];
    } finally {
      clearInterval(timer);
    }
  }

  test.each([
    ['with a length', { 'Content-Length': String(bytes) }],
    ['in chunks', { 'Transfer-Encoding': 'chunked' }],
  ])('uploaded %s', async (_, framing) => {
    const path = join(folder, 'large');
    const piece = randomBytes(MEBIBYTE);
    await writeFile(
      path,
      Array.from({ length: 100 }, () => piece),
    );
    const hash = createHash('sha256');
    for (let index = 0; index < 100; index += 1) hash.update(piece);
    const upload = new Promise<IncomingMessage>((resolve, reject) => {
      const headers = { ...framing, Cookie: cookieOf(person), Origin: ground.runtime.url };
      const outgoing = request(`${ground.runtime.url}/strict/upload`, { method: 'POST', headers }, resolve);
      outgoing.once('error', reject);
      createReadStream(path, { highWaterMark: 256 * 1024 }).pipe(outgoing);
    });
    const [answer, grown] = await growth(upload.then(bytesOf));
    expect(JSON.parse(String(answer))).toEqual({ bytes, hash: hash.digest('hex') });
    expect(ground.origin.reached[0]?.headers).toMatchObject(
      'Content-Length' in framing ? { 'content-length': String(bytes) } : { 'transfer-encoding': 'chunked' },
    );
    console.log(`upload ${_}: workerd grew by ${(grown / MEBIBYTE).toFixed(1)} MiB`);
    expect(grown).toBeLessThan(40 * MEBIBYTE);
  });

  test('downloaded', async () => {
    const download = async () => {
      const hash = createHash('sha256');
      const answer = await begin(`/strict/download?bytes=${bytes}`);
      for await (const chunk of answer) hash.update(chunk as Buffer);
      return { length: answer.headers['content-length'], hash: hash.digest('hex') };
    };
    const [answer, grown] = await growth(download());
    expect(answer).toEqual({ length: String(bytes), hash: pouredHash() });
    console.log(`download: workerd grew by ${(grown / MEBIBYTE).toFixed(1)} MiB`);
    expect(grown).toBeLessThan(40 * MEBIBYTE);
  });

  test('and a client that reads slowly holds the origin back', async () => {
    const answer = await begin(`/strict/download?bytes=${bytes}`);
    answer.pause();
    const before = ground.runtime.memory();
    await wait(1_500);
    expect(ground.runtime.memory() - before).toBeLessThan(40 * MEBIBYTE);
    answer.destroy();
    await expect.poll(() => ground.origin.reached.at(-1)?.abandoned).toBe(true);
  });
});

test.each([
  ['a length', { 'Content-Length': '1000000' }],
  ['chunks', { 'Transfer-Encoding': 'chunked' }],
])('an upload with %s that its client breaks off is never whole to the origin', async (_, framing) => {
  const headers = { ...framing, Cookie: cookieOf(person), Origin: ground.runtime.url };
  const outgoing = request(`${ground.runtime.url}/strict/upload`, { method: 'POST', headers });
  outgoing.on('error', () => undefined);
  outgoing.write(randomBytes(100_000));
  await expect.poll(() => ground.origin.reached.length).toBe(1);
  outgoing.destroy();
  await expect.poll(() => ground.origin.reached[0]?.abandoned, { timeout: 5_000 }).toBe(true);
  expect(ground.origin.reached[0]?.whole).toBe(false);
});

test.each([
  ['a length', { 'Content-Length': '1000000' }],
  ['chunks', { 'Transfer-Encoding': 'chunked' }],
])('nor when the origin has begun to answer an upload with %s', async (_, framing) => {
  for (const route of ['public', 'strict']) {
    const headers = { ...framing, Cookie: cookieOf(person), Origin: ground.runtime.url };
    const outgoing = request(`${ground.runtime.url}/${route}/converses`, { method: 'POST', headers });
    outgoing.on('error', () => undefined).write(randomBytes(100_000));
    const [answer] = (await once(outgoing, 'response')) as [IncomingMessage];
    answer.on('error', () => undefined);
    expect(String(await once(answer, 'data'))).toBe('begun');
    outgoing.destroy();
    await expect.poll(() => ground.origin.reached.at(-1)?.abandoned, { timeout: 5_000 }).toBe(true);
    expect(ground.origin.reached.at(-1)?.whole).toBe(false);
  }
});

describe('a stream', () => {
  test('arrives as it is sent, on every route', async () => {
    for (const route of ['public', 'strict', 'within', 'token']) {
      const answer = await begin(`/${route}/events`);
      expect(answer.headers['content-type']).toBe('text/event-stream');
      const delays: number[] = [];
      for await (const chunk of answer) {
        for (const [, at] of String(chunk).matchAll(/data: (\d+)/g)) delays.push(Date.now() - Number(at));
        if (delays.length >= 4) break;
      }
      // An event waits for the one after it where something in between gathers.
      expect(Math.max(...delays)).toBeLessThan(90);
    }
  });

  test.each([
    ['strict', 0],
    ['within', 2],
  ])('that its origin encodes arrives as it is sent, and ends with its session: %s', async (route, bound) => {
    const leaving = await ground.enter();
    const headers = { Cookie: cookieOf(leaving), 'Accept-Encoding': 'gzip' };
    const answer = await begin(`/${route}/gzip-events`, headers);
    expect(answer.headers['content-encoding']).toBe('gzip');
    const chunks: Buffer[] = [];
    const delays: number[] = [];
    const events = createGunzip();
    events.on('data', (text: Buffer) => {
      for (const [, at] of String(text).matchAll(/data: (\d+)/g)) delays.push(Date.now() - Number(at));
    });
    answer.on('data', (chunk: Buffer) => {
      chunks.push(chunk);
      events.write(chunk);
    });
    const over = new Promise((resolve) => answer.on('error', () => undefined).once('close', resolve));
    await expect.poll(() => delays.length).toBeGreaterThan(4);
    expect(Math.max(...delays)).toBeLessThan(90);
    await signOutElsewhere(leaving);
    const signedOutAt = Date.now();
    await over;
    expect(Date.now() - signedOutAt).toBeLessThan(bound * 1000 + 400);
    expect(answer.complete).toBe(false);
    const got = Buffer.concat(chunks);
    expect(got).toEqual(Buffer.concat(encodedEvents).subarray(0, got.length));
  });

  test('whose client goes away is given up at the origin', async () => {
    for (const route of ['public', 'strict', 'within']) {
      const answer = await begin(`/${route}/events`);
      answer.destroy();
      await expect.poll(() => ground.origin.reached.at(-1)?.abandoned).toBe(true);
    }
  });

  test.each([
    ['strict', 'events', 0],
    ['within', 'events', 2],
    ['within', 'quiet', 2],
    ['within', 'lines', 2],
    ['strict', 'quiet', 5],
  ])('of a %s route (%s) breaks off when its session ends, within %i s', async (route, kind, bound) => {
    const leaving = await ground.enter();
    const answer = await begin(`/${route}/${kind}`, { Cookie: cookieOf(leaving) });
    let last = '';
    let whole = false;
    const over = new Promise<void>((resolve) => {
      answer.on('data', (chunk: Buffer) => {
        last = String(chunk);
      });
      answer.once('end', () => {
        whole = true;
      });
      answer.on('error', () => undefined).once('close', resolve);
    });
    await wait(1_200);
    expect(last).not.toBe('');
    await signOutElsewhere(leaving);
    const signedOutAt = Date.now();
    await over;
    const took = Date.now() - signedOutAt;
    console.log(`${route} ${kind}: over ${took} ms after sign-out`);
    expect(took).toBeLessThan(bound * 1000 + 400);
    // A stream that was cut must not look as if it had ended.
    expect(whole).toBe(false);
    if (kind === 'events')
      expect(Number(/data: (\d+)/.exec(last)?.[1])).toBeLessThan(signedOutAt + bound * 1000 + 100);
    await expect.poll(() => ground.origin.reached.at(-1)?.abandoned).toBe(true);
  });
});

describe('an origin that fails', () => {
  test.each([
    ['is not there', '/nobody/x', 502, 'bad_gateway'],
    ['closes at once', '/strict/closes-at-once', 502, 'bad_gateway'],
    ['answers with garbage', '/strict/garbage', 502, 'bad_gateway'],
    ['never answers', '/impatient/hangs', 504, 'gateway_timeout'],
    ['stops in the middle of the head', '/impatient/half-a-head', 504, 'gateway_timeout'],
  ])('and %s is told apart, in time, with a reference', async (_, path, status, error) => {
    const askedAt = Date.now();
    const answer = await ask(person, path);
    expect(answer.status).toBe(status);
    expect(jsonOf(answer)).toMatchObject({ error, request_id: expect.stringMatching(/^[0-9a-f-]{36}$/) });
    expect(answer.headers.get('Cache-Control')).toBe('no-store');
    expect(Date.now() - askedAt).toBeLessThan(1_800);
    if (status === 502) await expect.poll(ground.runtime.logs).toContain(jsonOf(answer).request_id);
  });

  test('is not waited for any more once the caller was told so', async () => {
    await ask(person, '/impatient/hangs');
    await expect.poll(() => ground.origin.reached[0]?.abandoned).toBe(true);
  });

  test('in the middle of an answer breaks the answer', async () => {
    for (const route of ['public', 'strict']) {
      for (const way of ['dies-of-length', 'dies-of-chunks']) {
        const answer = await begin(`/${route}/${way}`);
        expect(answer.statusCode).toBe(200);
        await expect(bytesOf(answer)).rejects.toThrow('aborted');
      }
    }
  });

  test('is given the time that it needs once it has begun', async () => {
    const slow = await ask(person, '/impatient/slow');
    expect([slow.status, slow.text]).toEqual([200, 'at last']);
    const answer = await begin('/impatient/events');
    await wait(1_500);
    expect(answer.read()?.toString()).toContain('id: 12');
    answer.destroy();
    const silent = await begin('/impatient/headers-only');
    expect(silent.statusCode).toBe(200);
    await wait(1_500);
    expect([silent.complete, silent.destroyed]).toEqual([false, false]);
    silent.destroy();
  });

  /** Writes pieces of 64 KiB, one every so many milliseconds, until it has an answer. */
  function trickle(path: string, pieces: number, milliseconds: number, framing: Record<string, string>) {
    return new Promise<IncomingMessage>((resolve, reject) => {
      const headers = { ...framing, Cookie: cookieOf(person), Origin: ground.runtime.url };
      const outgoing = request(ground.runtime.url + path, { method: 'POST', headers }, resolve);
      outgoing.once('error', reject);
      let left = pieces;
      const timer = setInterval(() => {
        left -= 1;
        outgoing.write(Buffer.alloc(64 * 1024));
        if (left > 0) return;
        clearInterval(timer);
        outgoing.end();
      }, milliseconds);
      outgoing.once('response', () => clearInterval(timer));
    });
  }

  test.each([
    ['with a length', { 'Content-Length': String(8 * 64 * 1024) }],
    ['in chunks', { 'Transfer-Encoding': 'chunked' }],
  ])('is not to blame for the time that an upload %s takes', async (_, framing) => {
    const answer = await trickle('/impatient/upload', 8, 300, framing);
    expect(answer.statusCode).toBe(200);
    expect(JSON.parse(String(await bytesOf(answer)))).toMatchObject({ bytes: 8 * 64 * 1024 });
  });

  test('may answer before it has all of an upload', async () => {
    const length = { 'Content-Length': String(50 * 64 * 1024) };
    for (const framing of [length, { 'Transfer-Encoding': 'chunked' }]) {
      for (const kind of ['too-large', 'too-large-and-closes']) {
        const answer = await trickle(`/strict/${kind}`, 50, 10, framing);
        expect([answer.statusCode, String(await bytesOf(answer))]).toEqual([413, 'too large']);
      }
    }
  });

  test('is given up when it takes nothing of an upload', async () => {
    const askedAt = Date.now();
    const answer = await trickle('/impatient/hangs', 10_000, 1, { 'Transfer-Encoding': 'chunked' });
    expect(answer.statusCode).toBe(504);
    answer.destroy();
    expect(Date.now() - askedAt).toBeLessThan(5_000);
  });

  test('sees nobody unknown in all of this', async () => {
    for (const path of [
      '/strict/hangs',
      '/impatient/hangs',
      '/strict/garbage',
      '/within/events',
      '/token/upload',
    ]) {
      const { status } = await send(ground.runtime.url + path, { headers: { Accept: '*/*' } });
      expect(status).toBe(401);
    }
    expect(ground.origin.reached).toEqual([]);
  });
});
