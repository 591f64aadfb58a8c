import { type ClientRequest, type OutgoingHttpHeaders, request } from 'node:http';
import { connect } from 'node:net';

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

const PIECE_BYTES = 48 * 1024;

/** A server that refuses a long body closes the connection: whoever is still writing then may lose the answer. */
async function write(outgoing: ClientRequest, body: Buffer): Promise<void> {
  let answered = false;
  outgoing.once('response', () => {
    answered = true;
  });
  for (let at = 0; at < body.length && !answered; at += PIECE_BYTES) {
    outgoing.write(body.subarray(at, at + PIECE_BYTES));
    if (body.length > PIECE_BYTES) await new Promise((resume) => setTimeout(resume, 20));
  }
  if (!answered) outgoing.end();
}

/** The path of an address as it is written: a URL parser would resolve `..` and hide other tricks. */
const rawPath = (url: string): string => /^https?:\/\/[^/?#]*([^#]*)/.exec(url)?.[1] || '/';

/**
 * Sends one request as it is: no header is added but Host and the body's length, no redirect followed. `fetch` would
 * normalise the path and overrule Fetch Metadata.
 * @throws the connection's error when no answer came.
 */
export function send(
  url: string,
  { method = 'GET', headers = {}, body, chunked }: Sent = {},
): Promise<Answer> {
  const { hostname, port } = new URL(url);
  const length = body === undefined || chunked ? {} : { 'Content-Length': Buffer.byteLength(body) };
  return new Promise((resolve, reject) => {
    const outgoing = request(
      { hostname, port, path: rawPath(url), method, headers: { ...headers, ...length } },
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
    outgoing.on('error', reject);
    if (body === undefined) outgoing.end();
    else void write(outgoing, Buffer.from(body));
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
      clearTimeout(patience);
      socket.destroy();
      resolve(received);
    };
    const patience = setTimeout(() => {
      socket.destroy();
      reject(new Error('the server said nothing and did not hang up'));
    }, 10_000);
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
