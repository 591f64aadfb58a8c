import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import type { Route } from '../../src/config/schema.ts';
import type { IdentifiedCaller } from '../../src/gate/admission/caller.ts';
import { endedWithSession, isEndless } from '../../src/gate/origin/event-stream.ts';
import { keepVigil, type Vigil, vigilOf } from '../../src/gate/origin/vigil.ts';
import { relayed } from '../../src/gate/origin/websocket.ts';

/** Answers that a test gives by hand. */
function answers(changes: Partial<Vigil> = {}) {
  const asked: ((passes: boolean | Error) => void)[] = [];
  const vigil: Vigil = {
    check: () =>
      new Promise((resolve, reject) => {
        asked.push((passes) => (passes instanceof Error ? reject(passes) : resolve(passes)));
      }),
    boundSeconds: undefined,
    perMessage: false,
    endsAt: undefined,
    ...changes,
  };
  return { vigil, asked };
}

describe('what a connection is held to', () => {
  const check = () => true;
  const session = { kind: 'session' } as IdentifiedCaller;
  const token = { kind: 'token', expiresAt: 1_000 } as IdentifiedCaller;
  const foreign = { kind: 'foreign', expiresAt: 2_000 } as IdentifiedCaller;
  const client = { kind: 'client', expiresAt: 3_000 } as IdentifiedCaller;
  const of = (caller: IdentifiedCaller, freshness: Route['freshness']) => {
    const { boundSeconds, perMessage, endsAt } = vigilOf(caller, { freshness } as Route, check);
    return { boundSeconds, perMessage, endsAt };
  };

  it('is the freshness of its route, and the life of its token', () => {
    expect(of(session, 'strict')).toEqual({ boundSeconds: 5, perMessage: true, endsAt: undefined });
    expect(of(session, { within: 30 })).toEqual({ boundSeconds: 30, perMessage: false, endsAt: undefined });
    expect(of(session, 'token')).toEqual({ boundSeconds: 300, perMessage: false, endsAt: undefined });
    expect(of(token, 'strict')).toEqual({ boundSeconds: 5, perMessage: true, endsAt: 1_000_000 });
    expect(of(token, { within: 30 })).toEqual({ boundSeconds: 30, perMessage: false, endsAt: 1_000_000 });
    expect(of(token, 'token')).toEqual({ boundSeconds: undefined, perMessage: false, endsAt: 1_000_000 });
    expect(of(client, 'strict')).toEqual({ boundSeconds: 5, perMessage: true, endsAt: 3_000_000 });
    // Nobody can be asked.
    expect(of(foreign, 'token')).toEqual({ boundSeconds: undefined, perMessage: false, endsAt: 2_000_000 });
  });
});

describe('a vigil', () => {
  beforeEach(() => {
    vi.useFakeTimers({ toFake: ['Date', 'setTimeout', 'clearTimeout'], now: 1_000_000 });
  });
  afterEach(() => {
    vi.useRealTimers();
  });

  it.each([1, 2, 30, 300])('within %i s never goes longer on one answer, asked or not', async (bound) => {
    let asked = 0;
    let sessionOverAt = Number.POSITIVE_INFINITY;
    let endedAt = 0;
    const check = () => {
      asked += 1;
      const passes = Date.now() < sessionOverAt;
      // The worst moment to sign out: right after a question.
      if (asked === 100) sessionOverAt = Date.now() + 1;
      return passes;
    };
    keepVigil({ check, boundSeconds: bound, perMessage: false, endsAt: undefined }, (why) => {
      expect(why).toBe('session_over');
      endedAt = Date.now();
    });
    await vi.advanceTimersByTimeAsync(200_000 * bound);
    expect(asked).toBe(101);
    expect(endedAt).toBeGreaterThan(sessionOverAt);
    expect(endedAt - sessionOverAt).toBeLessThan(bound * 1000);
  });

  it.each([1, 5, 30])('within %i s does so however late its answers are', async (bound) => {
    const patience = Math.min(bound / 2, 5) * 1000;
    let sessionOverAt = Number.POSITIVE_INFINITY;
    let endedAt = 0;
    let asked = 0;
    const check = async () => {
      asked += 1;
      const passes = Date.now() < sessionOverAt;
      if (asked === 10) sessionOverAt = Date.now() + 1;
      await new Promise((resolve) => setTimeout(resolve, patience - 1));
      return passes;
    };
    const end = () => {
      endedAt = Date.now();
    };
    keepVigil({ check, boundSeconds: bound, perMessage: false, endsAt: undefined }, end);
    await vi.advanceTimersByTimeAsync(20_000 * bound);
    expect(asked).toBe(11);
    expect(endedAt - sessionOverAt).toBeGreaterThan(0);
    expect(endedAt - sessionOverAt).toBeLessThan(bound * 1000);
  });

  it('ends when an answer does not come in time, or cannot be had', async () => {
    const silent = answers({ boundSeconds: 30 });
    const end = vi.fn();
    keepVigil(silent.vigil, end);
    silent.asked[0]?.(true);
    await vi.advanceTimersByTimeAsync(29_999);
    expect(silent.asked).toHaveLength(2);
    expect(end).not.toHaveBeenCalled();
    await vi.advanceTimersByTimeAsync(1);
    expect(end.mock.calls).toEqual([['unanswered']]);

    const failing = answers({ boundSeconds: 30 });
    const fail = vi.fn();
    keepVigil(failing.vigil, fail);
    failing.asked[0]?.(new Error('no answer'));
    await vi.advanceTimersByTimeAsync(0);
    expect(fail.mock.calls).toEqual([['unanswered']]);
  });

  it('ends with the token, however far away that is, and asks nobody once it is over', async () => {
    const { vigil, asked } = answers({ boundSeconds: 1, endsAt: Date.now() + 400 });
    const end = vi.fn();
    keepVigil(vigil, end);
    asked[0]?.(true);
    await vi.advanceTimersByTimeAsync(399);
    expect(end).not.toHaveBeenCalled();
    await vi.advanceTimersByTimeAsync(10_000);
    expect(end.mock.calls).toEqual([['token_expired']]);
    expect(asked).toHaveLength(1);

    const never = vi.fn();
    const stop = keepVigil({ ...vigil, boundSeconds: undefined, endsAt: Date.now() + 2 ** 40 }, never);
    await vi.advanceTimersByTimeAsync(10_000);
    expect(never).not.toHaveBeenCalled();
    stop();
    expect(vi.getTimerCount()).toBe(0);
  });
});

describe('a relayed WebSocket', () => {
  /** The caller's side, and the origin's behind the relay. */
  function connect(vigil: Vigil) {
    const { 0: far, 1: origin } = new WebSocketPair();
    origin.accept();
    const { webSocket: caller } = relayed(new Response(null, { status: 101, webSocket: far }), far, vigil);
    if (!caller) throw new Error('no WebSocket');
    caller.accept();
    const heard = { origin: [] as unknown[], caller: [] as unknown[] };
    for (const [side, socket] of Object.entries({ origin, caller }) as ['origin' | 'caller', WebSocket][]) {
      socket.binaryType = 'arraybuffer';
      socket.addEventListener('message', ({ data }) => {
        heard[side].push(data);
      });
      socket.addEventListener('close', ({ code, reason }) => {
        heard[side].push(`${code} ${reason}`);
      });
    }
    return { origin, caller, heard };
  }

  it('asks for each message after it came, and lets both directions wait in their order', async () => {
    const { vigil, asked } = answers({ perMessage: true });
    const { origin, caller, heard } = connect(vigil);
    caller.send('one');
    await vi.waitFor(() => expect(asked).toHaveLength(1));
    caller.send('two');
    origin.send('three');
    caller.send(new Uint8Array([4]));
    await scheduler.wait(20);
    expect(asked).toHaveLength(1);
    asked[0]?.(true);
    await vi.waitFor(() => expect(asked).toHaveLength(2));
    await scheduler.wait(20);
    // What came after the question waits for another.
    expect(heard).toEqual({ origin: ['one'], caller: [] });
    asked[1]?.(true);
    await vi.waitFor(() => expect(heard.origin).toHaveLength(3));
    expect(heard.origin.slice(0, 2)).toEqual(['one', 'two']);
    expect(new Uint8Array(heard.origin[2] as ArrayBuffer)).toEqual(new Uint8Array([4]));
    expect(heard.caller).toEqual(['three']);
    caller.send('five');
    await vi.waitFor(() => expect(asked).toHaveLength(3));
    asked[2]?.(false);
    await vi.waitFor(() => expect(heard.caller).toHaveLength(2));
    expect(heard.caller[1]).toMatch(/^1008 You are signed out/);
    expect(heard.origin[3]).toMatch(/^1008 /);
    expect(heard.origin).not.toContain('five');
  });

  it('asks nobody where an answer of some seconds ago will do', async () => {
    const { vigil, asked } = answers();
    const { caller, heard } = connect(vigil);
    caller.send('one');
    await vi.waitFor(() => expect(heard.origin).toEqual(['one']));
    expect(asked).toEqual([]);
  });

  it('is closed with 1011 when nobody can tell', async () => {
    const { vigil, asked } = answers({ perMessage: true });
    const { caller, heard } = connect(vigil);
    caller.send('one');
    await vi.waitFor(() => expect(asked).toHaveLength(1));
    asked[0]?.(new Error('the object is away'));
    await vi.waitFor(() => expect(heard.caller).toHaveLength(1));
    expect(heard.caller[0]).toMatch(/^1011 Whether you may still be here cannot be checked/);
    expect(heard.origin[0]).toMatch(/^1011 /);
  });

  it('holds no more than a little of what waits', async () => {
    const { vigil, asked } = answers({ perMessage: true });
    const { caller, heard } = connect(vigil);
    const message = new Uint8Array(9 * 1024 * 1024);
    caller.send(message);
    await vi.waitFor(() => expect(asked).toHaveLength(1));
    caller.send(message);
    await scheduler.wait(20);
    expect(heard.caller).toEqual([]);
    caller.send(message);
    await vi.waitFor(() => expect(heard.caller).toEqual(['1013 Too much at once.']));
  });

  it('keeps the headers of the handshake', () => {
    const { 0: far } = new WebSocketPair();
    const headers = { 'Sec-WebSocket-Protocol': 'chat' };
    const answer = relayed(
      new Response(null, { status: 101, webSocket: far, headers }),
      far,
      answers().vigil,
    );
    expect([answer.status, answer.headers.get('Sec-WebSocket-Protocol')]).toEqual([101, 'chat']);
  });
});

describe('an endless answer', () => {
  const of = (type: string | undefined, body: string | null = 'x') =>
    isEndless(new Response(body, { headers: type === undefined ? {} : { 'Content-Type': type } }));

  it('is known by its type', () => {
    for (const type of [
      'text/event-stream',
      'Text/Event-Stream; charset=utf-8',
      'application/x-ndjson',
      'application/ndjson',
      'application/jsonl',
      'application/json-seq',
      'application/stream+json',
      'multipart/x-mixed-replace; boundary=frame',
      'application/grpc',
      'application/grpc-web+proto',
      'application/grpc-web-text',
      'application/connect+json',
    ]) {
      expect([type, of(type)]).toEqual([type, true]);
    }
    for (const type of [
      undefined,
      'text/html',
      'application/json',
      'text/event-streams',
      'x/text/event-stream',
    ])
      expect([type, of(type)]).toEqual([type, false]);
    expect(of('text/event-stream', null)).toBe(false);
  });

  it('passes piece by piece, each after an answer, where the route is strict', async () => {
    const { vigil, asked } = answers({ perMessage: true });
    const { readable, writable } = new TransformStream<Uint8Array, Uint8Array>();
    const writer = writable.getWriter();
    const headers = { 'Content-Type': 'text/event-stream', 'X-Thing': '1' };
    const answer = endedWithSession(new Response(readable, { headers }), vigil);
    expect(answer.headers.get('X-Thing')).toBe('1');
    const reader = answer.body?.getReader();
    void writer.write(new TextEncoder().encode('one')).catch(() => undefined);
    await vi.waitFor(() => expect(asked).toHaveLength(1));
    asked[0]?.(true);
    expect(new TextDecoder().decode((await reader?.read())?.value)).toBe('one');
    void writer.write(new TextEncoder().encode('two')).catch(() => undefined);
    await vi.waitFor(() => expect(asked).toHaveLength(2));
    asked[1]?.(false);
    await expect(reader?.read()).rejects.toThrow('signed out');
    await expect(writer.closed).rejects.toThrow();
  });

  it('ends whole when the origin ends it', async () => {
    for (const perMessage of [true, false]) {
      const vigil: Vigil = { check: () => true, boundSeconds: 5, perMessage, endsAt: undefined };
      expect(await endedWithSession(new Response('data: x\n\n'), vigil).text()).toBe('data: x\n\n');
    }
  });
});
