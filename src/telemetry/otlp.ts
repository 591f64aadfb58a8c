import type { Attributes, Link, Span, SpanKind } from './trace.ts';

// OTLP/HTTP with JSON (opentelemetry-proto 1.x, opentelemetry.io/docs/specs/otlp): ids in hex, enumerations as numbers,
// 64-bit integers as strings.

const kinds: Record<SpanKind, number> = { internal: 1, server: 2, client: 3 };
const STATUS_ERROR = 2;

const wireValue = (value: string | number | boolean): Record<string, string | number | boolean> => {
  if (typeof value === 'string') return { stringValue: value };
  if (typeof value === 'boolean') return { boolValue: value };
  return Number.isInteger(value) ? { intValue: String(value) } : { doubleValue: value };
};

const attributesOf = (attributes: Attributes) =>
  Object.entries(attributes).map(([key, value]) => ({ key, value: wireValue(value) }));

/** The clock has milliseconds. */
const nanoseconds = (milliseconds: number): string => `${Math.round(milliseconds)}000000`;

export interface SpansOfRequest {
  traceId: string;
  link: Link | undefined;
  spans: readonly Span[];
  /** When the request was answered; a span that has not ended by then ends there. */
  endedAt: number;
}

/** An ExportTraceServiceRequest. */
export function encodeSpans({ traceId, link, spans, endedAt }: SpansOfRequest, resource: Attributes): string {
  return JSON.stringify({
    resourceSpans: [
      {
        resource: { attributes: attributesOf(resource) },
        scopeSpans: [
          {
            scope: { name: 'portcullis' },
            spans: spans.map((span, index) => ({
              traceId,
              spanId: span.spanId,
              ...(span.parentId !== undefined && { parentSpanId: span.parentId }),
              name: span.name,
              kind: kinds[span.kind],
              startTimeUnixNano: nanoseconds(span.startedAt),
              endTimeUnixNano: nanoseconds(span.endedAt ?? endedAt),
              attributes: attributesOf(span.attributes),
              // Of the first span, the request's own.
              ...(link && index === 0 && { links: [{ traceId: link.traceId, spanId: link.spanId }] }),
              status: span.failed ? { code: STATUS_ERROR } : {},
            })),
          },
        ],
      },
    ],
  });
}

export interface OtlpExporter {
  /** Never throws. @returns whether the receiver has them */
  send(request: SpansOfRequest): Promise<boolean>;
}

/** How long a receiver is waited for, in the background: nobody's answer waits for it. */
const TIMEOUT_MILLISECONDS = 5_000;
/** What an isolate has on its way at most. A receiver that hangs costs this much memory and no more. */
const MAXIMUM_ON_THEIR_WAY = 16;
const MAXIMUM_BYTES = 128 * 1024;

/**
 * Sends the spans of each request in one POST. What is not taken is gone: a request's background time is short, and a
 * trace that comes late is worth little.
 * @param url of the traces themselves, such as https://collector.example/v1/traces
 */
export function otlpExporter(options: {
  url: string;
  headers: Record<string, string>;
  resource: Attributes;
}): OtlpExporter {
  // By when each must be over, so that one whose end the runtime never told does not count for ever.
  const onTheirWay = new Set<{ until: number }>();

  function hasRoom(now: number): boolean {
    for (const one of onTheirWay) if (one.until < now) onTheirWay.delete(one);
    return onTheirWay.size < MAXIMUM_ON_THEIR_WAY;
  }

  const headers = new Headers(options.headers);
  headers.set('Content-Type', 'application/json');

  async function post(body: string): Promise<boolean> {
    const response = await fetch(options.url, {
      method: 'POST',
      headers,
      body,
      // What the headers hold is for this server only.
      redirect: 'manual',
      signal: AbortSignal.timeout(TIMEOUT_MILLISECONDS),
    });
    await response.body?.cancel();
    return response.ok;
  }

  return {
    async send(request) {
      const now = Date.now();
      const body = encodeSpans(request, options.resource);
      // Attributes are ASCII: a character is a byte.
      if (!hasRoom(now) || body.length > MAXIMUM_BYTES) return false;
      const mine = { until: now + 2 * TIMEOUT_MILLISECONDS };
      onTheirWay.add(mine);
      try {
        return await post(body);
      } catch {
        return false;
      } finally {
        onTheirWay.delete(mine);
      }
    },
  };
}
