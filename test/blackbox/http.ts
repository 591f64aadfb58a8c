import { type OutgoingHttpHeaders, request } from 'node:http';
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
  /** A list is sent in chunks, without a Content-Length. */
  body?: string | Buffer | readonly (string | Buffer)[];
}

/** The path of an address as it is written: a URL parser would resolve `..` and hide other tricks. */
const rawPath = (url: string): string => /^https?:\/\/[^/?#]*([^#]*)/.exec(url)?.[1] || '/';

/**
 * Sends one request as it is: no header is added but Host and the body's length, no redirect followed. `fetch` would
 * normalise the path and overrule Fetch Metadata.
 * @throws the connection's error when no answer came.
 */
export function send(url: string, { method = 'GET', headers = {}, body }: Sent = {}): Promise<Answer> {
  const { hostname, port } = new URL(url);
  return new Promise((resolve, reject) => {
    const outgoing = request({ hostname, port, path: rawPath(url), method, headers }, (incoming) => {
      const chunks: Buffer[] = [];
      incoming.on('data', (chunk: Buffer) => chunks.push(chunk));
      incoming.once('error', reject);
      incoming.once('end', () => {
        const received = new Headers();
        for (let index = 0; index < incoming.rawHeaders.length; index += 2) {
          received.append(incoming.rawHeaders[index] ?? '', incoming.rawHeaders[index + 1] ?? '');
        }
        const text = Buffer.concat(chunks).toString();
        resolve({ url, status: incoming.statusCode ?? 0, headers: received, text });
      });
    });
    // A server that refuses a body may close before all of it was sent: by then the answer is being read.
    outgoing.on('error', reject);
    if (body === undefined || typeof body === 'string' || Buffer.isBuffer(body)) {
      outgoing.end(body);
    } else {
      for (const chunk of body) outgoing.write(chunk);
      outgoing.end();
    }
  });
}

/** Writes bytes that no HTTP client would, and reads until the server closes or falls silent. */
export function sendBytes(url: string, bytes: string | Buffer, silenceMilliseconds = 500): Promise<string> {
  const { hostname, port } = new URL(url);
  return new Promise((resolve) => {
    let received = '';
    const socket = connect(Number(port), hostname, () => socket.write(bytes));
    const done = () => {
      socket.destroy();
      resolve(received);
    };
    socket.setEncoding('latin1').setTimeout(silenceMilliseconds, done);
    socket.on('data', (text: string) => {
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
