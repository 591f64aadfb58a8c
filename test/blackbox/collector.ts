import { once } from 'node:events';
import { createServer, type IncomingHttpHeaders } from 'node:http';
import type { AddressInfo } from 'node:net';
import { setTimeout as wait } from 'node:timers/promises';

/** A span as it came over the wire, its attributes by name. */
export interface CollectedSpan {
  traceId: string;
  spanId: string;
  parentSpanId?: string;
  name: string;
  kind: number;
  startTimeUnixNano: string;
  endTimeUnixNano: string;
  attributes: Record<string, string | number | boolean>;
  links?: { traceId: string; spanId: string }[];
  status: { code?: number };
}

interface WireAttribute {
  key: string;
  value: { stringValue?: string; intValue?: string; doubleValue?: number; boolValue?: boolean };
}

type WireSpan = Omit<CollectedSpan, 'attributes'> & { attributes: WireAttribute[] };

interface ExportRequest {
  resourceSpans: {
    resource: { attributes: WireAttribute[] };
    scopeSpans: { scope: { name: string }; spans: WireSpan[] }[];
  }[];
}

function read({ value }: WireAttribute): string | number | boolean {
  const { stringValue, intValue, doubleValue, boolValue } = value;
  if (Object.keys(value).length !== 1)
    throw new Error(`an attribute of several kinds: ${JSON.stringify(value)}`);
  return (
    stringValue ?? (intValue === undefined ? undefined : Number(intValue)) ?? doubleValue ?? boolValue ?? ''
  );
}

export interface Collector {
  url: string;
  /** Each POST as it came, one for each traced request. */
  bodies: string[];
  headers: IncomingHttpHeaders[];
  /** Until nothing has come for a moment: what is sent in the background of earlier requests has. */
  settles(): Promise<void>;
  /** The requests' spans, each with the request's own first. */
  traces(): CollectedSpan[][];
  /** Until the next call: 'takes' them, 'refuses' them, or 'hangs'. */
  behaves(how: 'takes' | 'refuses' | 'hangs'): void;
  close(): Promise<void>;
}

/** A receiver of OTLP/HTTP with JSON. What is not of its form is kept as `bodies`, and told by `traces`. */
export async function startCollector(): Promise<Collector> {
  const bodies: string[] = [];
  const headers: IncomingHttpHeaders[] = [];
  let behaviour: 'takes' | 'refuses' | 'hangs' = 'takes';
  const server = createServer((request, response) => {
    let body = '';
    request.setEncoding('utf8').on('data', (piece: string) => {
      body += piece;
    });
    request.on('end', () => {
      bodies.push(body);
      headers.push(request.headers);
      const isRight = request.method === 'POST' && request.url === '/v1/traces';
      if (behaviour === 'hangs') return;
      response.writeHead(behaviour === 'refuses' || !isRight ? 503 : 200, {
        'Content-Type': 'application/json',
      });
      response.end('{}');
    });
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    bodies,
    headers,
    async settles() {
      for (let before = -1; before !== bodies.length; ) {
        before = bodies.length;
        await wait(400);
      }
    },
    traces: () =>
      bodies.map((body) =>
        (JSON.parse(body) as ExportRequest).resourceSpans
          .flatMap(({ scopeSpans }) => scopeSpans)
          .flatMap(({ spans }) => spans)
          .map((span) => ({
            ...span,
            attributes: Object.fromEntries(span.attributes.map((one) => [one.key, read(one)])),
          })),
      ),
    behaves(how) {
      behaviour = how;
    },
    async close() {
      server.closeAllConnections();
      server.close();
      await once(server, 'close');
    },
  };
}
