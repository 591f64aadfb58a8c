import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';

export interface Reply {
  status?: number;
  headers?: Record<string, string>;
  /** JSON, unless it is a string. */
  body?: unknown;
  /** The request was received and the answer never arrives. */
  lost?: 'connection closed' | 'silence';
  /** Milliseconds before the answer. */
  after?: number;
}

export interface Received {
  path: string;
  parameters: Record<string, string>;
  headers: IncomingMessage['headers'];
  body: string;
  /** Milliseconds since the epoch. */
  at: number;
}

/** A server on the loopback that answers as `reply` says and records what it received. */
export async function startStandIn(reply: (request: Received, count: number) => Reply | Promise<Reply>) {
  const received: Received[] = [];

  async function answer(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const chunks: Buffer[] = [];
    for await (const chunk of request) chunks.push(chunk);
    const body = Buffer.concat(chunks).toString();
    const entry: Received = {
      path: request.url ?? '',
      parameters: request.headers['content-type']?.includes('json')
        ? JSON.parse(body)
        : Object.fromEntries(new URLSearchParams(body)),
      headers: request.headers,
      body,
      at: performance.now(),
    };
    received.push(entry);
    const {
      status = 200,
      headers = {},
      body: content = {},
      lost,
      after,
    } = await reply(entry, received.length);
    if (after) await new Promise((resolve) => setTimeout(resolve, after));
    if (lost === 'connection closed') request.socket.destroy();
    if (lost) return;
    response.writeHead(status, { 'content-type': 'application/json', ...headers });
    response.end(typeof content === 'string' ? content : JSON.stringify(content));
  }

  const server = createServer((request, response) => void answer(request, response));
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const origin = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  return {
    origin,
    received,
    async stop(): Promise<void> {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}

const encode = (value: unknown) => Buffer.from(JSON.stringify(value)).toString('base64url');

/** An ID token as the client reads it; nobody checks the signature of one that came from the token endpoint. */
export const idToken = (claims: Record<string, unknown>): string =>
  `${encode({ alg: 'RS256' })}.${encode(claims)}.c2lnbmF0dXJl`;
