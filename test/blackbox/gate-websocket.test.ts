import { randomBytes } from 'node:crypto';
import { once } from 'node:events';
import type { IncomingMessage } from 'node:http';
import type { Socket } from 'node:net';
import { setTimeout as wait } from 'node:timers/promises';
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import WebSocket from 'ws';
import { cookieOf, type Ground, goodbyes, shortToken, signOutElsewhere, startGate } from './gate-ground.ts';
import type { Person } from './person.ts';

let ground: Ground;
let person: Person;
beforeAll(async () => {
  ground = await startGate();
  person = await ground.enter();
});
afterAll(() => ground.stop());
beforeEach(() => {
  ground.origin.reached.length = 0;
  goodbyes.length = 0;
});

interface Heard {
  socket: WebSocket;
  messages: { data: Buffer; isBinary: boolean; at: number }[];
  closed: Promise<{ code: number; reason: string; at: number }>;
}

/** What a browser on a page of ours sends, with changes. */
const asBrowser = (who: Person | undefined, headers: Record<string, string> = {}) => ({
  Origin: ground.runtime.url,
  ...(who && { Cookie: cookieOf(who) }),
  ...headers,
});

function listen(socket: WebSocket): Heard {
  const messages: Heard['messages'] = [];
  socket.on('message', (data: Buffer, isBinary) => messages.push({ data, isBinary, at: Date.now() }));
  const closed = new Promise<{ code: number; reason: string; at: number }>((resolve) => {
    socket.once('close', (code, reason) => resolve({ code, reason: String(reason), at: Date.now() }));
  });
  return { socket, messages, closed };
}

async function open(
  path: string,
  headers: Record<string, string> = asBrowser(person),
  options: WebSocket.ClientOptions & { protocols?: string[] } = {},
): Promise<Heard> {
  const { protocols = [], ...others } = options;
  const url = ground.runtime.url.replace('http', 'ws') + path;
  const heard = listen(new WebSocket(url, protocols, { headers, maxPayload: 64 * 1024 * 1024, ...others }));
  await once(heard.socket, 'open');
  return heard;
}

/** The answer to an upgrade that is refused. */
async function refused(path: string, headers: Record<string, string>): Promise<number | undefined> {
  const socket = new WebSocket(ground.runtime.url.replace('http', 'ws') + path, { headers });
  const [, answer] = (await once(socket, 'unexpected-response')) as [unknown, IncomingMessage];
  answer.resume();
  return answer.statusCode;
}

const routes = ['public', 'strict', 'within', 'token', 'worker'];

describe('a WebSocket goes through', () => {
  test.each(routes)('on a %s route, text and bytes, in order and in any size', async (route) => {
    const { socket, messages } = await open(`/${route}/socket`);
    // workerd takes messages of up to 32 MiB.
    const sent = [
      '',
      'hello',
      'ünï – 🚪',
      Buffer.alloc(0),
      randomBytes(1),
      randomBytes(70_000),
      randomBytes(20 * 1024 * 1024),
    ];
    for (let index = 0; index < 50; index += 1) sent.push(`number ${index}`);
    for (const data of sent) socket.send(data);
    await expect.poll(() => messages.length, { timeout: 20_000 }).toBe(sent.length);
    for (const [index, { data, isBinary }] of messages.entries()) {
      expect(isBinary).toBe(typeof sent[index] !== 'string');
      expect(data.equals(Buffer.from(sent[index] as Buffer))).toBe(true);
    }
    socket.close();
  });

  test('with and without compression, and with its subprotocol', async () => {
    for (const perMessageDeflate of [true, false]) {
      const { socket, messages } = await open('/within/socket', asBrowser(person), {
        perMessageDeflate,
        protocols: ['chat.v1', 'chat.v2'],
      });
      expect(socket.protocol).toBe('chat.v2');
      socket.send('x'.repeat(10_000));
      await expect.poll(() => messages[0]?.data.length).toBe(10_000);
      socket.close();
    }
    expect(ground.origin.reached[0]?.headers['sec-websocket-protocol']).toBe('chat.v1,chat.v2');
  });

  test.each(['within', 'strict'])(
    'on a %s route, until one side closes, also in a way that cannot be passed on',
    async (route) => {
      const { socket } = await open(`/${route}/socket`);
      // 999 is no code (RFC 6455 §7.4); a client library would not send it. Masked by zeros.
      const frame = Buffer.from([0x88, 0x82, 0, 0, 0, 0, 0x03, 0xe7]);
      (socket as unknown as { _socket: Socket })._socket.write(frame);
      await expect.poll(() => goodbyes.length, { timeout: 5000 }).toBe(1);
      socket.terminate();
    },
  );

  test('with who is calling, and without the cookie of the gate', async () => {
    const { socket } = await open('/strict/socket');
    const [request] = ground.origin.reached;
    expect(request?.headers['portcullis-assertion']).toMatch(/^eyJ/);
    expect(JSON.stringify(request?.headers)).not.toContain('portcullis-gate');
    socket.close();
  });

  test.each(routes.slice(0, 4))('and closes on a %s route as either side says', async (route) => {
    const ours = await open(`/${route}/socket`);
    ours.socket.close(4001, 'enough of this');
    expect(await ours.closed).toMatchObject({ code: 4001 });
    await expect.poll(() => goodbyes).toContain('4001 enough of this');

    const theirs = await open(`/${route}/socket`);
    theirs.socket.send('close 4002 off-you-go');
    expect(await theirs.closed).toMatchObject({ code: 4002, reason: 'off-you-go' });
    // ws answers a goodbye with the same one.
    await expect.poll(() => goodbyes).toContain('4002 off-you-go');

    const silent = await open(`/${route}/socket`);
    silent.socket.send('close');
    expect(await silent.closed).toMatchObject({ code: 1005, reason: '' });
  });

  test.each(['strict', 'within'])('and is broken on a %s route when either side is', async (route) => {
    const theirs = await open(`/${route}/socket`);
    theirs.socket.send('terminate');
    expect(await theirs.closed).toMatchObject({ code: 1014 });
    goodbyes.length = 0;
    const ours = await open(`/${route}/socket`);
    ours.socket.terminate();
    await expect.poll(() => goodbyes).toEqual([expect.stringMatching(/^1011 /)]);
  });

  test('and the no of an origin is the origin’s', async () => {
    expect(await refused('/strict/refuses', asBrowser(person))).toBe(403);
    expect(ground.origin.reached).toHaveLength(1);
  });
});

describe('an upgrade does not reach the origin', () => {
  test.each([
    ['of nobody', () => asBrowser(undefined), 401],
    ['from another site', () => asBrowser(person, { Origin: 'https://evil.example' }), 403],
    ['from a page without an origin', () => asBrowser(person, { Origin: 'null' }), 403],
    ['that does not say where it comes from', () => ({ Cookie: cookieOf(person) }), 403],
    ['with a bad token', () => ({ Authorization: 'Bearer garbage' }), 401],
  ])('%s', async (_, headers, status) => {
    for (const route of ['strict', 'within', 'token', 'worker'])
      expect(await refused(`/${route}/socket`, headers())).toBe(status);
    expect(ground.origin.reached).toEqual([]);
  });
});

describe('after its session has ended', () => {
  /** How long after sign-out the last message came, and the end. */
  async function leave(route: 'strict' | 'within', ticks: boolean) {
    const leaving = await ground.enter();
    const { socket, messages, closed } = await open(`/${route}/socket`, asBrowser(leaving));
    socket.send(ticks ? 'tick' : 'hello');
    // At another moment of the watch in each round.
    await wait(300 + Math.random() * 2_500);
    expect(messages.length).toBeGreaterThan(0);
    await signOutElsewhere(leaving);
    const signedOutAt = Date.now();
    const { code, reason, at } = await closed;
    expect([code, reason]).toEqual([1008, 'You are signed out, or may not be here any more.']);
    const sent = messages.map(({ data }) => Number(/tick (\d+)/.exec(String(data))?.[1] ?? 0));
    return { closedAfter: at - signedOutAt, lastSentAfter: Math.max(...sent) - signedOutAt };
  }

  test.each([
    ['strict', true, 0],
    ['strict', false, 5],
    ['within', true, 2],
    ['within', false, 2],
  ] as const)(
    'a WebSocket of a %s route (messages: %s) is closed with 1008 within %i s',
    async (route, ticks, bound) => {
      const rounds = await Promise.all(Array.from({ length: 8 }, () => leave(route, ticks)));
      const worst = Math.max(...rounds.map(({ closedAfter }) => closedAfter));
      console.log(`${route}, messages: ${ticks}: closed at worst ${worst} ms after sign-out`);
      // What a busy machine takes.
      expect(worst).toBeLessThan(bound * 1000 + 500);
      for (const { lastSentAfter } of rounds)
        if (ticks) expect(lastSentAfter).toBeLessThan(bound * 1000 + 100);
      await expect.poll(() => goodbyes.filter((one) => one.startsWith('1008 ')).length).toBe(8);
    },
  );

  test('not one more message passes on a strict route', async () => {
    const leaving = await ground.enter();
    const { socket, messages, closed } = await open('/strict/socket', asBrowser(leaving));
    socket.send('before');
    await expect.poll(() => messages.length).toBe(1);
    await signOutElsewhere(leaving);
    socket.send('after');
    expect((await closed).code).toBe(1008);
    expect(messages.map(({ data }) => String(data))).toEqual(['before']);
  });

  test('a WebSocket of a token route is closed when the token expires', async () => {
    const token = await shortToken(person, 'token');
    const { exp } = JSON.parse(String(Buffer.from(token.split('.')[1] ?? '', 'base64url'))) as {
      exp: number;
    };
    const { closed } = await open('/token/socket', { Authorization: `Bearer ${token}` });
    const { code, reason, at } = await closed;
    expect([code, reason]).toEqual([1008, 'The access token has expired.']);
    console.log(`token: closed ${at - exp * 1000} ms after it expired`);
    expect(at - exp * 1000).toBeGreaterThan(-50);
    expect(at - exp * 1000).toBeLessThan(500);
  });
});
