import { setTimeout as wait } from 'node:timers/promises';
import { fault } from './conduct.ts';
import { type Ground, hostileRequest } from './hostile-request.ts';
import { type Answer, send } from './http.ts';
import { type Random, seed, seeded } from './random.ts';

const AT_ONCE = 8;
/** After so many requests what ended on the way is begun again, so that the fuzz gets further than the first check. */
const RENEWAL_REQUESTS = 500;
/** Nothing takes as long, a password's hash on a busy machine included. */
const PATIENCE_MILLISECONDS = 30_000;

export interface Fuzzed {
  /** How many answers had this status. */
  seen: Map<number, number>;
  /** Answers that held markup which was sent, as text. */
  escaped: number;
  /** Answers that held it as markup. */
  echoed: string[];
}

export interface Fuzz {
  url: string;
  requests: number;
  /** What is to be had now; `random` chooses what there is to choose in it. */
  renew(random: Random): Promise<Ground>;
  /** Whatever must be in no error: of the last renewals. */
  secrets: ReadonlySet<string>;
  /** Answers of others, which they decide on. */
  isForeign?(answer: Answer): boolean;
  /** Where a redirect or a form may lead: the beginnings of addresses. */
  destinations: string[];
}

/** As hostile-request.ts sends it. */
const markup = ['<script>alert(1)</script>', '<img src=x>'];
const asText = ['&lt;script&gt;', '&lt;img src=x&gt;'];

/** Addresses that a browser would follow from this answer by itself, or at the press of a button. */
function addresses({ headers, text }: Answer): string[] {
  const location = headers.get('Location');
  const isPage = headers.get('Content-Type')?.startsWith('text/html');
  const written = isPage ? [...text.matchAll(/\b(?:href|src|action)="([^"]*)"/g)] : [];
  return [...(location === null ? [] : [location]), ...written.map(([, address = '']) => address)];
}

function echoFault(answer: Answer, destinations: string[]): string | undefined {
  const { headers, text, url } = answer;
  if (headers.getSetCookie().some((line) => /^a=/.test(line))) return 'a header was broken up';
  if (headers.get('Content-Type')?.startsWith('text/html')) {
    const found = markup.find((each) => text.includes(each));
    if (found) return `markup came back as markup: ${found}`;
  }
  const stray = addresses(answer).find((address) => {
    const { href } = new URL(address.replaceAll('&amp;', '&'), url);
    return !destinations.some((destination) => href.startsWith(destination));
  });
  return stray === undefined ? undefined : `leads to ${stray.slice(0, 200)}`;
}

const limited = (answer: Promise<Answer>): Promise<Answer> => {
  const stop = new AbortController();
  const late = wait(PATIENCE_MILLISECONDS, undefined, { signal: stop.signal }).then(() => {
    throw new Error('no answer');
  });
  return Promise.race([answer, late]).finally(() => {
    stop.abort();
    late.catch(() => undefined);
  });
};

/**
 * Random requests with hostile parts. What they mean is unknown, so only what must hold for all is asked: see
 * conduct.ts. PORTCULLIS_SEED makes the same requests again.
 * @throws at the first answer with a fault, naming the request.
 */
export async function fuzz(options: Fuzz): Promise<Fuzzed> {
  const { url, requests, renew, secrets, isForeign = () => false, destinations } = options;
  const start = seed();
  console.info(`PORTCULLIS_SEED=${start}`);
  const random = seeded(start);
  const fuzzed: Fuzzed = { seen: new Map(), escaped: 0, echoed: [] };
  let sent = 0;
  let failed = false;

  async function one(ground: Ground): Promise<void> {
    const { path, ...rest } = hostileRequest(random, ground);
    sent += 1;
    const shown = `seed ${start}, request ${sent}: ${JSON.stringify({ path, ...rest })}`;
    const answer = await limited(send(url + path, rest)).catch((error) => {
      throw new Error(`${error} at ${shown}`);
    });
    const { status, headers, text } = answer;
    fuzzed.seen.set(status, (fuzzed.seen.get(status) ?? 0) + 1);
    // What is no HTTP never got as far as the Worker.
    if (isForeign(answer) || (status === 400 && headers.get('Content-Type') === 'text/plain')) return;
    const found = fault(answer, secrets, rest.method);
    if (found) throw new Error(`${found}: ${status} ${text.slice(0, 500)} to ${shown}`);
    const echo = echoFault(answer, destinations);
    if (echo) fuzzed.echoed.push(`${echo}: ${shown}`);
    else if (asText.some((each) => text.includes(each))) fuzzed.escaped += 1;
  }

  while (sent < requests) {
    const ground = await renew(random);
    const until = Math.min(requests, sent + RENEWAL_REQUESTS);
    const runner = async (): Promise<void> => {
      while (sent < until && !failed) {
        await one(ground).catch((error) => {
          failed = true;
          throw error;
        });
      }
    };
    await Promise.all(Array.from({ length: AT_ONCE }, runner));
  }
  return fuzzed;
}
