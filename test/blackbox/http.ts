import { once } from 'node:events';
import { type ClientRequest, type OutgoingHttpHeaders, request } from 'node:http';
import { connect } from 'node:net';
import { setTimeout as wait } from 'node:timers/promises';

/** What came back, read to its end. */
export interface Answer {
  /** What was asked for. */
  url: string;
  status: number;
  headers: Headers;
  text: string;
}

export interface Sent {
  method?: string;
  headers?: OutgoingHttpHeaders;
  body?: string | Buffer;
  /** Sends the body in chunks, without a Content-Length. */
  chunked?: boolean;
}

/** workerd still reads this much of a body that it has refused; then it closes the connection, answer or not. */
const PIECE_BYTES = 48 * 1024;
const PATIENCE_MILLISECONDS = 2_000;

/** A client that wrote on and on would lose the answer that says to stop. */
async function write(outgoing: ClientRequest, body: Buffer): Promise<void> {
  let answered = false;
  const answer = once(outgoing, 'response').then(() => {
    answered = true;
  });
  for (let at = 0; at < body.length && !answered; at += PIECE_BYTES) {
    outgoing.write(body.subarray(at, at + PIECE_BYTES));
    if (body.length > PIECE_BYTES) await Promise.race([answer, wait(PATIENCE_MILLISECONDS)]);
  }
  if (!answered) outgoing.end();
  await answer;
}

/** The path of an address as it is written: a URL parser would resolve `..` and hide other tricks. */
const rawPath = (url: string): string => /^https?:\/\/[^/?#]*([^#]*)/.exec(url)?.[1] || '/';

/**
 * Sends one request as it is: no header is added but Host and the body's length, no redirect followed. `fetch` would
 * normalise the path and overrule Fetch Metadata.
 * @throws the connection's error when no answer came.
 */
export function send(url: string, sent: Sent = {}): Promise<Answer> {
  const { method = 'GET', headers = {}, body, chunked } = sent;
  const { hostname, port } = new URL(url);
  // Named always: Node sends the body of a GET as bare bytes otherwise, which would be a second request.
  const framing = chunked
    ? { 'Transfer-Encoding': 'chunked' }
    : { 'Content-Length': Buffer.byteLength(body ?? '') };
  return new Promise((resolve, reject) => {
    const outgoing = request(
      {
        hostname,
        port,
        path: rawPath(url),
        method,
        headers: { ...headers, ...(body !== undefined && framing) },
      },
      (incoming) => {
        const chunks: Buffer[] = [];
        incoming.on('data', (chunk: Buffer) => chunks.push(chunk));
        incoming.once('error', reject);
        incoming.once('end', () => {
          const received = new Headers();
          for (let index = 0; index < incoming.rawHeaders.length; index += 2) {
            received.append(incoming.rawHeaders[index] ?? '', incoming.rawHeaders[index + 1] ?? '');
          }
          resolve({
            url,
            status: incoming.statusCode ?? 0,
            headers: received,
            text: Buffer.concat(chunks).toString(),
          });
          if (!outgoing.writableEnded) outgoing.destroy();
        });
      },
    );
    outgoing.on('error', (error: NodeJS.ErrnoException) => {
      // A server may close an idle connection at the moment at which it is used again: it has not seen the request.
      if (outgoing.reusedSocket && error.code === 'ECONNRESET') send(url, sent).then(resolve, reject);
      else reject(error);
    });
    if (body === undefined) outgoing.end();
    // What goes wrong is told to the handler above.
    else write(outgoing, Buffer.from(body)).catch(() => undefined);
  });
}

/**
 * Writes bytes that no HTTP client would. @returns the beginning of the answer, or nothing when the server hung up
 * @throws when the server leaves the client waiting
 */
export function sendBytes(url: string, bytes: string | Buffer): Promise<string> {
  const { hostname, port } = new URL(url);
  return new Promise((resolve, reject) => {
    let received = '';
    const socket = connect(Number(port), hostname, () => socket.write(bytes));
    const done = () => {
      socket.destroy();
      resolve(received);
    };
    socket.setTimeout(10_000, () => {
      socket.destroy();
      reject(new Error('the server said nothing and did not hang up'));
    });
    socket.setEncoding('latin1').on('data', (text: string) => {
      // What follows the first packet matters little, but a second answer would.
      if (received === '') setTimeout(done, 50);
      received += text;
    });
    socket.on('error', done).on('close', done);
  });
}

/** The JSON of an answer. */
export const jsonOf = (answer: Answer): Record<string, unknown> =>
  JSON.parse(answer.text) as Record<string, unknown>;

/** Where a redirect leads, absolute. */
export function locationOf({ url, status, headers }: Answer): string {
  const location = headers.get('Location');
  if (location === null) throw new Error(`${status} without a Location from ${new URL(url).pathname}`);
  return new URL(location, url).href;
}

/** Posts a form as a program would: without cookies, without an Origin. */
export const post = (url: string, form: Record<string, string>): Promise<Answer> =>
  send(url, {
    method: 'POST',
    headers: { 'Content-Type': 'application/x-www-form-urlencoded' },
    body: new URLSearchParams(form).toString(),
  });
