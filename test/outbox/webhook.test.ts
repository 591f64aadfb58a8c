import { createHmac } from 'node:crypto';
import { afterEach, describe, expect, it, vi } from 'vitest';
import { webhookKeys } from '../../src/crypto/webhook-secret.ts';
import { PUSH_TIMEOUT_MILLISECONDS } from '../../src/outbox/push.ts';
import { webhookHeaders, webhookReceiver } from '../../src/outbox/webhook.ts';
import { eventOf, profile, standIn } from './receiver-stand-in.ts';

afterEach(() => {
  vi.useRealTimers();
  vi.unstubAllGlobals();
});

const secret = `whsec_${btoa('0123456789abcdef0123456789abcdef')}`;
const other = `whsec_${btoa('fedcba9876543210fedcba9876543210')}`;
const url = 'https://hooks.company.example/portcullis?tenant=a';

/** What a receiver computes, after the specification's words and with another implementation of HMAC. */
const expected = (key: string, headers: Headers, body: string): string =>
  `v1,${createHmac('sha256', new TextEncoder().encode(atob(key.slice('whsec_'.length))))
    .update(`${headers.get('webhook-id')}.${headers.get('webhook-timestamp')}.${body}`)
    .digest('base64')}`;

const deliver = (event = eventOf(), by = secret) =>
  webhookReceiver({ name: 'ops', url }, by).deliver([event], profile);

describe('a webhook', () => {
  it('is signed as the reference implementations of Standard Webhooks sign', async () => {
    // The vector that their test suites share.
    const headers = await webhookHeaders(webhookKeys('whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw') ?? [], {
      id: 'msg_p5jXN8AQM9LWM0D4loKWxJek',
      seconds: 1614265330,
      body: '{"test": 2432232314}',
    });
    expect(headers['webhook-signature']).toBe('v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE=');
  });

  it('carries one event, its id and the time of the attempt, under a signature that verifies', async () => {
    const sent = standIn(() => new Response(null, { status: 204 }));
    expect(await deliver()).toEqual({ kind: 'taken' });
    const [{ request, body, redirect }] = sent as [(typeof sent)[number]];
    expect(request.method).toBe('POST');
    expect(request.url).toBe(url);
    expect(redirect).toBe('manual');
    expect(request.headers.get('Content-Type')).toBe('application/json');
    expect(request.headers.get('webhook-id')).toBe('dXNlci1vZi1hLXRlc3Q_ZXZlbnQtb25l');
    expect(Math.abs(Number(request.headers.get('webhook-timestamp')) - Date.now() / 1000)).toBeLessThan(30);
    expect(request.headers.get('webhook-signature')).toBe(expected(secret, request.headers, body));
    expect(JSON.parse(body)).toEqual({
      type: 'session_ended',
      timestamp: '2026-11-14T09:05:01.234Z',
      data: {
        eventId: 'ZXZlbnQtb25l',
        userId: profile.userId,
        sequence: 7,
        detail: { sessionId: 'c2Vzc2lvbg', cause: 'sign_out', requestId: '8f1d2c3b4a596877' },
      },
    });
  });

  it('has the same id and body with each attempt, and the time of that attempt', async () => {
    const sent = standIn(() => new Response(null, { status: 500 }));
    await deliver();
    vi.useFakeTimers({ toFake: ['Date'], now: Date.now() + 60_000 });
    await deliver();
    const of = (name: string) => sent.map(({ request }) => request.headers.get(name) ?? '');
    expect(sent[1]?.body).toBe(sent[0]?.body);
    expect(new Set(of('webhook-id')).size).toBe(1);
    const [first, second] = of('webhook-timestamp').map(Number);
    expect((second ?? 0) - (first ?? 0)).toBeGreaterThanOrEqual(60);
    expect(new Set(of('webhook-signature')).size).toBe(2);
  });

  it('is signed by both secrets while one takes the place of the other', async () => {
    const sent = standIn(() => new Response());
    await deliver(eventOf(), `${other} ${secret}`);
    const [{ request, body }] = sent as [(typeof sent)[number]];
    expect(request.headers.get('webhook-signature')).toBe(
      `${expected(other, request.headers, body)} ${expected(secret, request.headers, body)}`,
    );
  });

  it('tells of the events that were asked for, and of every one by default', () => {
    const some = webhookReceiver({ name: 'ops', url, events: ['family_reuse'] }, secret);
    expect([some.wants('family_reuse'), some.wants('session_opened')]).toEqual([true, false]);
    expect(webhookReceiver({ name: 'ops', url }, secret).wants('session_opened')).toBe(true);
  });

  it.each([
    [200, { kind: 'taken' }],
    [202, { kind: 'taken' }],
    [301, { kind: 'later', reason: 'status 301' }],
    [400, { kind: 'later', reason: 'status 400' }],
    [404, { kind: 'later', reason: 'status 404' }],
    [410, { kind: 'never', reason: 'status 410' }],
    [429, { kind: 'later', reason: 'status 429' }],
    [500, { kind: 'later', reason: 'status 500' }],
    [503, { kind: 'later', reason: 'status 503' }],
  ])('of status %i is answered', async (status, answer) => {
    standIn(() => new Response(null, { status, headers: { Location: 'https://elsewhere.example/' } }));
    expect(await deliver()).toEqual(answer);
  });

  it('reads not a byte of what a receiver has to say', async () => {
    let cancelled = false;
    const endless = new ReadableStream({
      pull: (controller) => controller.enqueue(new Uint8Array(1024)),
      cancel: () => {
        cancelled = true;
      },
    });
    standIn(() => new Response(endless, { status: 500 }));
    expect(await deliver()).toEqual({ kind: 'later', reason: 'status 500' });
    expect(cancelled).toBe(true);
  });

  it('waits for no receiver for ever, and says no word of its error', async () => {
    vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] });
    standIn(() => new Promise<Response>(() => {}));
    const answer = deliver();
    await vi.waitFor(() => expect(vi.getTimerCount()).toBe(1));
    vi.advanceTimersByTime(PUSH_TIMEOUT_MILLISECONDS);
    expect(await answer).toEqual({ kind: 'later', reason: 'took too long' });
    standIn(() => Promise.reject(new TypeError(`cannot reach ${url} with ${secret}`)));
    expect(await deliver()).toEqual({ kind: 'later', reason: 'TypeError' });
  });
});
