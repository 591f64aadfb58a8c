import { createHash, randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo, Socket } from 'node:net';
import { join } from 'node:path';
import { brotliCompressSync, constants, createGzip, gzipSync } from 'node:zlib';
import { type WebSocket, WebSocketServer } from 'ws';
import { root } from '../../src/cli/wrangler.ts';
import { startIssuer } from '../runtime/issuer.ts';
import { freePort, type Runtime } from '../runtime/runtime.ts';
import { type Answer, locationOf, post, send } from './http.ts';
import { Person, tokensOf } from './person.ts';

/** What reached the origin, upgrades included. */
export interface Reached {
  method: string;
  path: string;
  headers: IncomingMessage['headers'];
  /** Whether all of the request came. */
  whole: boolean;
  /** Whether the connection went before the answer was complete. */
  abandoned: boolean;
}

type Behaviour = (request: IncomingMessage, response: ServerResponse) => void;

const plain = Buffer.from('a line of text that compresses well\n'.repeat(200));
export const file = createHash('sha256').update('seed').digest('hex').repeat(4_000);
export const encoded = { gzip: gzipSync(plain), br: brotliCompressSync(plain) };

/** A file with ranges, as a static server has it (RFC 9110 §14). */
function serveFile({ method, headers }: IncomingMessage, response: ServerResponse): void {
  const common = { ETag: '"v1"', 'Accept-Ranges': 'bytes', 'Content-Type': 'application/octet-stream' };
  const wanted = /^bytes=(\d*)-(\d*)$/.exec(headers.range ?? '');
  if (headers['if-none-match'] === '"v1"') return void response.writeHead(304, common).end();
  const [, from = '', to = ''] = wanted ?? [];
  const first = from === '' ? file.length - Number(to) : Number(from);
  const last = from === '' || to === '' ? file.length - 1 : Math.min(Number(to), file.length - 1);
  const part = wanted ? file.slice(first, last + 1) : file;
  const range = wanted && { 'Content-Range': `bytes ${first}-${last}/${file.length}` };
  response.writeHead(wanted ? 206 : 200, { ...common, ...range, 'Content-Length': part.length });
  response.end(method === 'HEAD' ? undefined : part);
}

/** Pieces of the same random bytes, as fast as the other side takes them. */
function pour(response: ServerResponse, bytes: number): void {
  const piece = randomBytes(64 * 1024);
  const hash = createHash('sha256');
  let left = bytes;
  response.writeHead(200, { 'Content-Length': bytes });
  const next = () => {
    while (left > 0) {
      left -= piece.length;
      hash.update(piece);
      if (!response.write(piece)) return void response.once('drain', next);
    }
    poured = hash.digest('hex');
    response.end();
  };
  next();
}
/** The hash of what was poured last. */
let poured = '';
export const pouredHash = (): string => poured;

const behaviours: Record<string, Behaviour> = {
  hello: (_, response) => void response.end('from the origin'),
  file: serveFile,
  gzip: (_, response) => encode(response, 'gzip'),
  br: (_, response) => encode(response, 'br'),
  /** Says gzip and is none: nobody between may look into it. */
  'not-gzip': (_, response) => void response.writeHead(200, { 'Content-Encoding': 'gzip' }).end('not gzip'),
  'no-content': (_, response) => void response.writeHead(204, { ETag: '"v1"' }).end(),
  redirect: (_, response) =>
    void response.writeHead(307, { Location: 'https://elsewhere.test/x?y=1#z' }).end('over there'),
  cookies: (_, response) =>
    void response
      .writeHead(200, [
        'Set-Cookie',
        'a=1; Expires=Wed, 21 Oct 2099 07:28:00 GMT',
        'Set-Cookie',
        'b=2; HttpOnly',
      ])
      .end(),
  hints: (_, response) => {
    response.writeEarlyHints({ link: '</style.css>; rel=preload; as=style' });
    setTimeout(() => response.end('after a hint'), 20);
  },
  upload: (request, response) => {
    const hash = createHash('sha256');
    let bytes = 0;
    request.on('data', (chunk: Buffer) => {
      bytes += chunk.length;
      hash.update(chunk);
    });
    request.on('end', () => response.end(JSON.stringify({ bytes, hash: hash.digest('hex') })));
  },
  /** Answers before it has read anything. */
  'too-large': (_, response) => void response.writeHead(413).end('too large'),
  /** The same, and closes in stages (RFC 9112 §9.6): a reset could reach the gate before the answer does. */
  'too-large-and-closes': (request) => {
    request.resume();
    request.socket.end(
      'HTTP/1.1 413 Content Too Large\r\nConnection: close\r\nContent-Length: 9\r\n\r\ntoo large',
    );
  },
  /** Answers while it reads. */
  converses: (request, response) => {
    response.write('begun');
    request.resume().once('end', () => response.end(' and done'));
  },
  download: ({ url }, response) =>
    pour(response, Number(new URL(url ?? '', 'http://x').searchParams.get('bytes'))),
  events: (_, response) => {
    response.writeHead(200, { 'Content-Type': 'text/event-stream' });
    let id = 0;
    const tick = () => response.write(`id: ${id}\ndata: ${Date.now()} ${id++}\n\n`);
    tick();
    const timer = setInterval(tick, 100);
    response.once('close', () => clearInterval(timer));
  },
  'gzip-events': (_, response) => {
    response.writeHead(200, { 'Content-Type': 'text/event-stream', 'Content-Encoding': 'gzip' });
    encodedEvents.length = 0;
    const gzip = createGzip({ flush: constants.Z_SYNC_FLUSH });
    gzip.on('data', (chunk: Buffer) => {
      encodedEvents.push(chunk);
      response.write(chunk);
    });
    const tick = () => gzip.write(`data: ${Date.now()}\n\n`);
    tick();
    const timer = setInterval(tick, 100);
    response.once('close', () => clearInterval(timer));
  },
  /** One event, and silence for ever after. */
  quiet: (_, response) =>
    void response.writeHead(200, { 'Content-Type': 'text/event-stream' }).write('data: only\n\n'),
  lines: (_, response) => {
    response.writeHead(200, { 'Content-Type': 'application/x-ndjson' });
    const timer = setInterval(() => response.write('{"a":1}\n'), 100);
    response.once('close', () => clearInterval(timer));
  },
  hangs: () => undefined,
  'closes-at-once': ({ socket }) => void socket.destroy(),
  garbage: ({ socket }) => void socket.end('this is not HTTP at all\r\n\r\n'),
  'half-a-head': ({ socket }) => void socket.write('HTTP/1.1 200 OK\r\nContent-Type: te'),
  slow: (_, response) => void setTimeout(() => response.end('at last'), 500),
  'headers-only': (_, response) => response.writeHead(200, { 'Content-Type': 'text/plain' }).flushHeaders(),
  'dies-of-length': (_, response) => {
    response.writeHead(200, { 'Content-Length': 1000 }).write('x'.repeat(100));
    setTimeout(() => response.socket?.destroy(), 50);
  },
  'dies-of-chunks': (_, response) => {
    response.write('x'.repeat(100));
    setTimeout(() => response.socket?.destroy(), 50);
  },
};

/** The bytes of the last encoded event stream. */
export const encodedEvents: Buffer[] = [];

const encode = (response: ServerResponse, coding: 'gzip' | 'br'): void =>
  void response
    .writeHead(200, {
      'Content-Encoding': coding,
      'Content-Type': 'text/plain',
      'Content-Length': encoded[coding].length,
      ETag: `"${coding}"`,
      Vary: 'Accept-Encoding',
    })
    .end(encoded[coding]);

/** Answers every message with itself; some texts are commands. */
function echo(socket: WebSocket): void {
  let ticking: NodeJS.Timeout | undefined;
  const commands: Record<string, (code?: string, reason?: string) => void> = {
    close: (code, reason) => socket.close(code ? Number(code) : undefined, reason),
    terminate: () => socket.terminate(),
    tick: () => {
      ticking = setInterval(() => socket.send(`tick ${Date.now()}`), 25);
    },
  };
  socket.on('message', (data, isBinary) => {
    const [command = '', ...words] = isBinary ? [] : String(data).split(' ');
    if (commands[command]) commands[command](...words);
    else socket.send(data, { binary: isBinary });
  });
  socket.on('close', (code, reason) => {
    clearInterval(ticking);
    goodbyes.push(`${code} ${reason}`.trim());
  });
}
/** How the origin was told that its WebSockets are over, in order. */
export const goodbyes: string[] = [];

export interface Origin {
  url: string;
  /** Everything since it was emptied. */
  reached: Reached[];
  close(): Promise<void>;
}

/** An HTTP server that does what the last segment of the path says. */
export async function startOrigin(): Promise<Origin> {
  const reached: Reached[] = [];
  const sockets = new Set<Socket>();
  const note = ({ method = '', url = '', headers }: IncomingMessage): Reached => {
    const entry = { method, path: url, headers, whole: false, abandoned: false };
    reached.push(entry);
    return entry;
  };
  const server: Server = createServer({ keepAliveTimeout: 60_000 }, (request, response) => {
    const entry = note(request);
    request.once('end', () => {
      entry.whole = true;
    });
    response.once('close', () => {
      entry.abandoned = !response.writableFinished;
    });
    const name = new URL(request.url ?? '/', 'http://origin').pathname.split('/').at(-1) ?? '';
    (behaviours[name] ?? behaviours.hello)?.(request, response);
  });
  const webSockets = new WebSocketServer({
    noServer: true,
    maxPayload: 64 * 1024 * 1024,
    perMessageDeflate: true,
    handleProtocols: (offered) => (offered.has('chat.v2') ? 'chat.v2' : false),
  });
  server.on('upgrade', (request: IncomingMessage, socket: Socket, head: Buffer) => {
    note(request);
    if (request.url?.endsWith('/refuses'))
      return void socket.end('HTTP/1.1 403 Forbidden\r\nContent-Length: 2\r\n\r\nno');
    webSockets.handleUpgrade(request, socket, head, echo);
  });
  server.on('connection', (socket: Socket) => {
    sockets.add(socket);
    socket.once('close', () => sockets.delete(socket)).on('error', () => undefined);
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    reached,
    async close() {
      for (const socket of sockets) socket.destroy();
      server.close();
      await once(server, 'close');
    },
  };
}

export interface Ground {
  runtime: Runtime;
  origin: Origin;
  /** Somebody new, signed in, with the gate's cookie. */
  enter(): Promise<Person>;
  stop(): Promise<void>;
}

/** The gate of test/workers/gate.ts in a real workerd, before a real HTTP server. */
export async function startGate(): Promise<Ground> {
  const origin = await startOrigin();
  const runtime = await startIssuer({
    worker: join(root, 'test/workers/gate.ts'),
    bindings: { ORIGIN_URL: origin.url, NOBODY_URL: `http://127.0.0.1:${await freePort()}` },
    services: { ORIGIN: 'origin' },
    workers: [{ name: 'origin', script: workerOrigin }],
  });
  return {
    runtime,
    origin,
    async enter() {
      const person = new Person(runtime.url);
      await person.signUp();
      await person.browser.open(`${runtime.url}/strict/hello`);
      if (person.browser.page.text !== 'from the origin') throw new Error('nobody could sign in');
      return person;
    },
    async stop() {
      await runtime.stop();
      await origin.close();
    },
  };
}

/** The same as a Worker, as far as a test needs it. */
const workerOrigin = `
  export default {
    async fetch(request) {
      if (request.headers.get('Upgrade') !== 'websocket') return new Response('from the worker');
      const { 0: client, 1: server } = new WebSocketPair();
      server.accept();
      server.binaryType = 'arraybuffer';
      server.addEventListener('message', ({ data }) => server.send(data));
      return new Response(null, { status: 101, webSocket: client });
    },
  };`;

/** The Cookie header of a person's browser. */
export const cookieOf = ({ browser }: Person): string =>
  [...browser.cookies].map(([name, value]) => `${name}=${value}`).join('; ');

/** Ends every session of a person, from another browser: this one keeps its cookies, as a thief would. */
export async function signOutElsewhere(person: Person): Promise<void> {
  const copy = person.copy();
  await copy.browser.open(`${person.issuer}/account`);
  await copy.browser.submit('/account/sign-out-everywhere');
}

/** An access token of the client whose tokens live 30 seconds, for one route. */
export async function shortToken(person: Person, route: 'strict' | 'within' | 'token'): Promise<string> {
  const verifier = randomBytes(32).toString('base64url');
  const client = { client_id: 'short', redirect_uri: `${person.issuer}/callback` };
  const query = new URLSearchParams({
    ...client,
    response_type: 'code',
    scope: 'openid',
    resource: `${person.issuer}/${route}`,
    code_challenge: createHash('sha256').update(verifier).digest('base64url'),
    code_challenge_method: 'S256',
  });
  const answer: Answer = await person.browser.send(`${person.issuer}/oauth/authorize?${query}`);
  const code = new URL(locationOf(answer)).searchParams.get('code') ?? '';
  const redemption = { ...client, grant_type: 'authorization_code', code, code_verifier: verifier };
  return tokensOf(await post(`${person.issuer}/oauth/token`, redemption)).accessToken;
}

/** A script's request with the person's cookies. */
export const ask = (person: Person, path: string, headers: Record<string, string> = {}): Promise<Answer> =>
  send(person.issuer + path, { headers: { Accept: '*/*', Cookie: cookieOf(person), ...headers } });
