import { createHmac, timingSafeEqual } from 'node:crypto';
import { createServer, type IncomingHttpHeaders, type Server, type ServerResponse } from 'node:http';
import { text } from 'node:stream/consumers';

export interface Message {
  path: string;
  headers: IncomingHttpHeaders;
  body: string;
  /** Whether it was answered as one that is taken. */
  taken: boolean;
}

/** What a receiver does with a request. True when it has told the sender that it has it. */
export type Conduct = (response: ServerResponse, before: number) => boolean;

const answer = (response: ServerResponse, status: number): boolean => {
  response.writeHead(status).end();
  return status < 300;
};

/** How the receivers behave, each at a path of its own. `before` is how many requests came before this one. */
export const conducts: Record<string, Conduct> = {
  '/well': (response) => answer(response, 204),
  '/failing': (response, before) => answer(response, before === 0 ? 500 : 200),
  // Never says a word to the first.
  '/hanging': (response, before) => before > 0 && answer(response, 200),
  // Has it, and goes before it can say so.
  '/crashing': (response, before) => {
    if (before > 0) return answer(response, 200);
    response.socket?.destroy();
    return false;
  },
  '/late': (response) => answer(response, 200),
  '/picky': (response) => answer(response, 200),
  '/events': (response) => answer(response, 202),
};

/** A server on this machine that keeps all that it is sent. */
export function eventReceivers() {
  const messages: Message[] = [];
  const server: Server = createServer(async (request, response) => {
    const path = request.url ?? '';
    const message = { path, headers: request.headers, body: await text(request), taken: false };
    const before = messages.filter((one) => one.path === path).length;
    messages.push(message);
    message.taken = conducts[path]?.(response, before) ?? answer(response, 404);
  });
  return {
    messages,
    /** What came to one of them. */
    at: (path: string) => messages.filter((message) => message.path === path),
    listen: (port: number) => new Promise<void>((done) => server.listen(port, '127.0.0.1', done)),
    close() {
      server.closeAllConnections();
      server.close();
    },
  };
}

/** Verifies a message as docs/operations.md says. */
export function isSigned(secret: string, { headers, body }: Message): boolean {
  const key = Buffer.from(secret.slice('whsec_'.length), 'base64');
  const signed = `${headers['webhook-id']}.${headers['webhook-timestamp']}.${body}`;
  const expected = createHmac('sha256', key).update(signed).digest();
  return String(headers['webhook-signature'])
    .split(' ')
    .some((signature) => {
      const [version, mac = ''] = signature.split(',');
      const given = Buffer.from(mac, 'base64');
      return version === 'v1' && given.length === expected.length && timingSafeEqual(given, expected);
    });
}
