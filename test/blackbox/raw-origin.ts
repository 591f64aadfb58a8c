import { once } from 'node:events';
import { createServer as createHttpServer } from 'node:http';
import { type AddressInfo, createServer, type Socket } from 'node:net';
import type { WorkerDefinition } from '../runtime/runtime.ts';
import { send } from './http.ts';

/** What an origin has received since it was last asked. */
export interface Seen {
  /** Every byte, or all that a Worker can know of a request, names and values and body. */
  bytes: string;
  /** Of each request that its parser found, all but the body. */
  heads: string;
  /** How many requests its parser found. */
  requests: number;
}

/** An origin that keeps everything that reaches it and answers 200. */
export interface RawOrigin {
  seen(): Promise<Seen>;
  stop(): Promise<void>;
}

/** A server on loopback. It records below HTTP: what its parser would refuse or not understand is seen as well. */
export async function nodeOrigin(): Promise<RawOrigin & { url: string }> {
  let bytes = '';
  let heads: string[] = [];
  const sockets = new Set<Socket>();
  // The most forgiving parser that Node has: whatever a stricter one would refuse is a request here.
  const http = createHttpServer({ insecureHTTPParser: true }, (request, response) => {
    heads.push([request.method, request.url, ...request.rawHeaders].join(' '));
    request.resume().once('end', () => response.end('from the origin'));
  });
  http.on('upgrade', (request, socket) => {
    heads.push([request.method, request.url, ...request.rawHeaders].join(' '));
    socket.end('HTTP/1.1 426 Upgrade Required\r\nContent-Length: 0\r\n\r\n');
  });
  const server = createServer((socket) => {
    sockets.add(socket.once('close', () => sockets.delete(socket)));
    http.emit('connection', socket);
    // After the parser: it would read the socket past us otherwise.
    socket.on('data', (chunk: Buffer) => {
      bytes += chunk.toString('latin1');
    });
    socket.on('error', () => socket.destroy());
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    async seen() {
      const all = { bytes, heads: heads.join('\n'), requests: heads.length };
      bytes = '';
      heads = [];
      return all;
    },
    async stop() {
      for (const socket of sockets) socket.destroy();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}

const NAME = 'raw-origin';

/** A Worker that stands behind a service binding. */
export const workerOrigin: WorkerDefinition = {
  name: NAME,
  exposed: true,
  script: `
    const received = [];
    export default {
      async fetch(request) {
        const { method, url, headers } = request;
        if (new URL(url).hostname === 'localhost') return Response.json(received.splice(0));
        const lines = [method + ' ' + url];
        for (const [name, value] of headers) lines.push(name + ': ' + value);
        const record = { head: lines.join('\\r\\n'), body: '' };
        received.push(record);
        record.body = await request.text();
        return new Response('from the origin');
      },
    };`,
};

/** @param urls the runtime's */
export const seenByWorker = async (urls: Record<string, string>): Promise<Seen> => {
  const records = JSON.parse((await send(`${urls[NAME]}/`)).text) as { head: string; body: string }[];
  return {
    bytes: records.map(({ head, body }) => `${head}\r\n\r\n${body}`).join('\r\n'),
    heads: records.map(({ head }) => head).join('\n'),
    requests: records.length,
  };
};
