import { once } from 'node:events';
import { createServer, type IncomingMessage, request, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { buffer } from 'node:stream/consumers';

/** What went over the wire, as a browser's cookie jar and script got it. */
export interface Exchange {
  method: string;
  url: URL;
  body: string;
  headers: IncomingMessage['headers'];
  status: number;
  setCookie: string[];
  answer: string;
  /** What became of it. */
  fate: Fate;
}

/**
 * `pass`; `lose`: the server answers and the connection breaks before the browser hears of it; `swallow`: it never gets
 * to the server, and nobody answers; `hold`: as `lose`, but the browser is left waiting instead.
 */
export type Fate = 'pass' | 'lose' | 'swallow' | 'hold';

export interface Network {
  /** For `browser.newContext`. */
  proxy: { server: string };
  /** Everything since the last `forget`, in the order of the answers. */
  exchanges: Exchange[];
  forget(): void;
  /** Decides about every request from here on. */
  decide(fate: (method: string, url: URL) => Fate): void;
  stop(): Promise<void>;
}

/** A network between browser and server that can lose what the server has already done, as real ones do. */
export async function startNetwork(): Promise<Network> {
  const exchanges: Exchange[] = [];
  let decide: (method: string, url: URL) => Fate = () => 'pass';

  async function relay(incoming: IncomingMessage, outgoing: ServerResponse): Promise<void> {
    const url = new URL(incoming.url ?? '');
    const method = incoming.method ?? '';
    const fate = decide(method, url);
    const body = await buffer(incoming);
    if (fate === 'swallow') return;
    const onward = request(url, { method, headers: incoming.headers });
    onward.end(body);
    const [response] = (await once(onward, 'response')) as [IncomingMessage];
    const answer = await buffer(response);
    exchanges.push({
      method,
      url,
      body: body.toString(),
      headers: incoming.headers,
      status: response.statusCode ?? 0,
      setCookie: response.headers['set-cookie'] ?? [],
      answer: answer.toString(),
      fate,
    });
    if (fate === 'lose') incoming.socket.destroy();
    if (fate !== 'pass') return;
    // Cloudflare's edge says what time it is; plain workerd does not.
    const date = response.headers.date ? [] : ['Date', new Date().toUTCString()];
    outgoing.writeHead(response.statusCode ?? 502, [...response.rawHeaders, ...date]).end(answer);
  }

  const server = createServer((incoming, outgoing) => {
    relay(incoming, outgoing).catch(() => incoming.socket.destroy());
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  return {
    proxy: { server: `http://127.0.0.1:${(server.address() as AddressInfo).port}` },
    exchanges,
    forget() {
      exchanges.length = 0;
    },
    decide(next) {
      decide = next;
    },
    async stop() {
      server.closeAllConnections();
      server.close();
    },
  };
}
