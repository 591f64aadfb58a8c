import { createExecutionContext, waitOnExecutionContext } from 'cloudflare:test';
import { env } from 'cloudflare:workers';
import { afterEach, describe, expect, it, vi } from 'vitest';
import { defineConfig } from '../../src/config/define.ts';
import { loadConfig } from '../../src/config/load.ts';
import type { ConfigInput } from '../../src/config/schema.ts';
import { portcullis } from '../../src/index.ts';
import { encodeSpans } from '../../src/telemetry/otlp.ts';
import { beginTrace, type Span } from '../../src/telemetry/trace.ts';
import { parseTraceParent, writeTraceParent } from '../../src/telemetry/trace-context.ts';

const issuer = env.PORTCULLIS_ISSUER;
const collector = 'http://collector.test/v1/traces';
const traceId = '4bf92f3577b34da6a3ce929d0e0e4736';
const spanId = '00f067aa0ba902b7';
const sampled = `00-${traceId}-${spanId}-01`;
const unsampled = `00-${traceId}-${spanId}-00`;

afterEach(() => vi.restoreAllMocks());

interface WireSpan {
  traceId: string;
  spanId: string;
  parentSpanId?: string;
  name: string;
  kind: number;
  links?: { traceId: string; spanId: string }[];
  attributes: { key: string; value: Record<string, unknown> }[];
}

type Answering = (request: Request) => Promise<Response> | Response;

/** A Worker of this configuration, and what reaches whoever listens at the collector's address. */
function traced(otlp: Partial<NonNullable<NonNullable<ConfigInput['telemetry']>['otlp']>> = {}) {
  const bodies: string[] = [];
  const headers: Headers[] = [];
  let answering: Answering = () => new Response('{}');
  const original = globalThis.fetch;
  vi.spyOn(globalThis, 'fetch').mockImplementation(async (input, init) => {
    const request = new Request(input, init);
    if (request.url !== collector) return original(request);
    headers.push(request.headers);
    bodies.push(await request.clone().text());
    return answering(request);
  });
  const worker = portcullis(
    defineConfig(() => ({ issuer, telemetry: { otlp: { url: collector, sampleRatio: 1, ...otlp } } })),
  );
  return {
    headers,
    bodies,
    answerWith(next: Answering) {
      answering = next;
    },
    async get(path: string, sent: Record<string, string> = {}, secret?: string): Promise<Response> {
      const context = createExecutionContext();
      const bindings = { ...env, ...(secret !== undefined && { PORTCULLIS_OTLP_HEADERS: secret }) };
      const request = new Request(issuer + path, { headers: sent });
      const response = await worker.fetch?.(request as never, bindings, context);
      await waitOnExecutionContext(context);
      await vi.waitFor(() => expect(bodies.length).toBeGreaterThan(0), { timeout: 200 }).catch(() => {});
      if (!response) throw new Error('no answer');
      return response;
    },
    spans: () =>
      bodies.flatMap((body) =>
        (
          JSON.parse(body) as { resourceSpans: { scopeSpans: { spans: WireSpan[] }[] }[] }
        ).resourceSpans.flatMap(({ scopeSpans }) => scopeSpans.flatMap(({ spans }) => spans)),
      ),
  };
}

describe('traceparent', () => {
  it.each([sampled, unsampled, `cc-${traceId}-${spanId}-01-of-a-later-version`])('is read: %s', (header) => {
    const is01 = header.split('-')[3] === '01';
    expect(parseTraceParent(header)).toEqual({ traceId, spanId, sampled: is01 });
  });

  it.each([
    null,
    '',
    `ff-${traceId}-${spanId}-01`,
    `00-${traceId}-${spanId}-01-more`,
    `00-${'0'.repeat(32)}-${spanId}-01`,
    `00-${traceId}-${'0'.repeat(16)}-01`,
    `00-${traceId.toUpperCase()}-${spanId}-01`,
    `00-${traceId}-${spanId}-1`,
    `00-${traceId}-${spanId}`,
    `${sampled}, ${sampled}`,
    ` ${sampled}`,
  ])('is ignored where it is none: %s', (header) => {
    expect(parseTraceParent(header)).toBeUndefined();
  });

  it('is written as it is read', () => {
    expect(writeTraceParent({ traceId, spanId, sampled: true })).toBe(sampled);
    expect(writeTraceParent({ traceId, spanId, sampled: false })).toBe(unsampled);
  });
});

describe('whether a request is traced', () => {
  it('is for the ratio to say, whatever a stranger writes', () => {
    for (const incoming of ['ignore', 'link'] as const) {
      expect(beginTrace(sampled, { incoming, sampleRatio: 0 })).toBeUndefined();
      expect(beginTrace(unsampled, { incoming, sampleRatio: 1 })?.trace.traceId).not.toBe(traceId);
    }
  });

  it('is for the caller to say where its word is taken', () => {
    const begun = beginTrace(sampled, { incoming: 'continue', sampleRatio: 0 });
    expect(begun).toMatchObject({ parentId: spanId, trace: { traceId, link: undefined } });
    expect(beginTrace(unsampled, { incoming: 'continue', sampleRatio: 1 })).toBeUndefined();
    expect(beginTrace('nonsense', { incoming: 'continue', sampleRatio: 1 })?.parentId).toBeUndefined();
  });

  it('is so for about its share of requests', () => {
    const begun = Array.from({ length: 2_000 }, () =>
      beginTrace(null, { incoming: 'link', sampleRatio: 0.25 }),
    );
    const share = begun.filter(Boolean).length / begun.length;
    expect(share).toBeGreaterThan(0.18);
    expect(share).toBeLessThan(0.32);
  });

  it('ends with its spans: there are no more than 64, and none after they were taken', () => {
    const { trace } = beginTrace(null, { incoming: 'link', sampleRatio: 1 }) ?? {};
    for (let index = 0; index < 70; index += 1) trace?.begin('call', 'client', undefined);
    const taken = trace?.take();
    expect([taken?.spans.length, taken?.dropped]).toEqual([64, 6]);
    expect(trace?.begin('late', 'client', undefined)).toBeUndefined();
  });
});

describe('spans on the wire', () => {
  it('are OTLP: ids in hex, kinds as numbers, 64-bit numbers as strings', () => {
    const span: Span = {
      spanId,
      parentId: undefined,
      name: 'GET /account',
      kind: 'server',
      startedAt: 1_700_000_000_123,
      endedAt: undefined,
      attributes: { text: 'a', whole: 3, part: 0.5, yes: true },
      failed: true,
    };
    const link = { traceId, spanId };
    const body = encodeSpans(
      { traceId, link, spans: [span], endedAt: 1_700_000_000_125 },
      { 'service.name': 'x' },
    );
    expect(JSON.parse(body)).toEqual({
      resourceSpans: [
        {
          resource: { attributes: [{ key: 'service.name', value: { stringValue: 'x' } }] },
          scopeSpans: [
            {
              scope: { name: 'portcullis' },
              spans: [
                {
                  traceId,
                  spanId,
                  name: 'GET /account',
                  kind: 2,
                  startTimeUnixNano: '1700000000123000000',
                  endTimeUnixNano: '1700000000125000000',
                  attributes: [
                    { key: 'text', value: { stringValue: 'a' } },
                    { key: 'whole', value: { intValue: '3' } },
                    { key: 'part', value: { doubleValue: 0.5 } },
                    { key: 'yes', value: { boolValue: true } },
                  ],
                  links: [link],
                  status: { code: 2 },
                },
              ],
            },
          ],
        },
      ],
    });
  });
});

describe('a traced request', () => {
  it('refers to the trace of a stranger, and is not part of it', async () => {
    const worker = traced();
    await worker.get('/.well-known/openid-configuration', { traceparent: sampled });
    const [root] = worker.spans();
    expect(root?.traceId).toMatch(/^[0-9a-f]{32}$/);
    expect(root?.traceId).not.toBe(traceId);
    expect(root?.parentSpanId).toBeUndefined();
    expect(root?.links).toEqual([{ traceId, spanId }]);
  });

  it('is part of the trace of a caller who is trusted with that', async () => {
    const worker = traced({ incoming: 'continue', sampleRatio: 0 });
    await worker.get('/.well-known/openid-configuration', { traceparent: sampled });
    const [root] = worker.spans();
    expect(root).toMatchObject({ traceId, parentSpanId: spanId });
    expect(root?.links).toBeUndefined();
  });

  it('is sent with the headers of the secret, which is in nothing that is sent', async () => {
    const worker = traced();
    const secret = 'Authorization=Bearer%20of-the-collector, X-Team=edge';
    await worker.get('/.well-known/openid-configuration', {}, secret);
    expect(worker.headers[0]?.get('Authorization')).toBe('Bearer of-the-collector');
    expect(worker.headers[0]?.get('X-Team')).toBe('edge');
    expect(worker.headers[0]?.get('Content-Type')).toBe('application/json');
    expect(worker.bodies.join()).not.toContain('of-the-collector');
  });

  it.each<[string, Answering]>([
    ['refuses', () => new Response('no', { status: 500 })],
    [
      'redirects',
      () => new Response(null, { status: 307, headers: { Location: 'https://elsewhere.test/' } }),
    ],
    ['cannot be reached', () => Promise.reject(new TypeError('refused'))],
    ['never answers', () => new Promise<Response>(() => {})],
  ])('is answered all the same when the receiver %s', async (_, answering) => {
    const worker = traced();
    worker.answerWith(answering);
    const context = createExecutionContext();
    const config = portcullis(
      defineConfig(() => ({ issuer, telemetry: { otlp: { url: collector, sampleRatio: 1 } } })),
    );
    const request = new Request(`${issuer}/.well-known/openid-configuration`);
    const response = await config.fetch?.(request as never, env, context);
    expect(response?.status).toBe(200);
    expect(await response?.json()).toMatchObject({ issuer });
  });

  it('is not sent where too many are on their way', async () => {
    const worker = traced();
    worker.answerWith(() => new Promise<Response>(() => {}));
    const context = createExecutionContext();
    const handler = portcullis(
      defineConfig(() => ({ issuer, telemetry: { otlp: { url: collector, sampleRatio: 1 } } })),
    );
    for (let index = 0; index < 40; index += 1) {
      const request = new Request(`${issuer}/.well-known/openid-configuration`);
      expect((await handler.fetch?.(request as never, env, context))?.status).toBe(200);
    }
    await vi.waitFor(() => expect(worker.bodies.length).toBe(16));
    expect(worker.headers.length).toBe(16);
  });

  it('is not what a request is by default: nobody is called', async () => {
    const worker = traced({ sampleRatio: 0 });
    expect((await worker.get('/.well-known/openid-configuration', { traceparent: sampled })).status).toBe(
      200,
    );
    expect(worker.bodies).toEqual([]);
  });
});

describe('the receiver in the configuration', () => {
  const faultsOf = (url: string, environment: string, secret = ''): string => {
    try {
      loadConfig(() => ({ issuer: 'https://auth.company.test', telemetry: { otlp: { url } } }), {
        ...env,
        PORTCULLIS_ENVIRONMENT: environment,
        PORTCULLIS_OTLP_HEADERS: secret,
      });
      return '';
    } catch (error) {
      return String(error);
    }
  };

  it('is https, of the public Internet, in production', () => {
    expect(faultsOf('https://collector.company.dev/v1/traces', 'production')).toBe('');
    for (const url of ['http://collector.company.dev/', 'https://127.0.0.1/', 'https://a:b@c.company.dev/'])
      expect(faultsOf(url, 'production')).toContain('telemetry.otlp.url: must');
    expect(faultsOf('http://127.0.0.1:4318/v1/traces', 'development')).toBe('');
  });

  it.each(['no pair at all', 'Authorization', 'a b=c', 'X=%zz', 'X=a\nb'])(
    'has headers that are some, and a fault does not show them: %j',
    (secret) => {
      const fault = faultsOf('https://collector.company.dev/v1/traces', 'production', secret);
      expect(fault).toContain('PORTCULLIS_OTLP_HEADERS: must be name=value pairs');
      expect(fault).not.toContain(secret);
    },
  );
});
