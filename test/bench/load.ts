import { Agent, type IncomingHttpHeaders, request } from 'node:http';
import { performance } from 'node:perf_hooks';
import { text } from 'node:stream/consumers';

export interface Answer {
  status: number;
  headers: IncomingHttpHeaders;
  body: string;
}

export interface Call {
  method: 'GET' | 'POST';
  /** Path and query. */
  path: string;
  headers?: Record<string, string>;
  form?: Record<string, string>;
}

export interface Http {
  readonly origin: string;
  send(call: Call): Promise<Answer>;
  close(): void;
}

/** A client of one origin that keeps its connections open, as many as there are requests at once. */
export function connect(origin: string): Http {
  const { hostname, port } = new URL(origin);
  const agent = new Agent({ keepAlive: true, maxSockets: 64 });
  return {
    origin,
    async send({ method, path, headers = {}, form }) {
      const body = form && new URLSearchParams(form).toString();
      const outgoing = request({
        agent,
        hostname,
        port,
        method,
        path,
        headers: {
          ...(body !== undefined && {
            'Content-Type': 'application/x-www-form-urlencoded',
            'Content-Length': Buffer.byteLength(body),
          }),
          ...headers,
        },
      });
      const answered = new Promise<Answer>((resolve, reject) => {
        outgoing.once('error', reject);
        outgoing.once('response', (response) => {
          text(response).then(
            (received) =>
              resolve({ status: response.statusCode ?? 0, headers: response.headers, body: received }),
            reject,
          );
        });
      });
      outgoing.end(body);
      return answered;
    },
    close: () => agent.destroy(),
  };
}

/** One client's next request and the check of its answer; it throws when the answer is wrong. */
export type Lane = () => Promise<void>;

/** What came of a load. Times are milliseconds. */
export interface Load {
  perSecond: number;
  p50: number;
  p99: number;
}

/** The median throughput of several rounds, the percentiles of all their requests together, and the rounds. */
export interface Measured extends Load {
  rounds: readonly Load[];
}

const percentile = (sorted: readonly number[], share: number): number =>
  sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * share))] ?? Number.NaN;

interface Round {
  /** Of each request, ascending. */
  times: number[];
  elapsed: number;
}

async function drive(lanes: readonly Lane[], milliseconds: number): Promise<Round> {
  const times: number[] = [];
  const start = performance.now();
  await Promise.all(
    lanes.map(async (next) => {
      do {
        const before = performance.now();
        await next();
        times.push(performance.now() - before);
      } while (performance.now() - start < milliseconds);
    }),
  );
  return { elapsed: performance.now() - start, times: times.sort((a, b) => a - b) };
}

export function median(values: readonly number[]): number {
  const sorted = values.toSorted((a, b) => a - b);
  const middle = Math.floor(sorted.length / 2);
  const [low, high] = [sorted[middle - 1] ?? Number.NaN, sorted[middle] ?? Number.NaN];
  return sorted.length % 2 === 1 ? high : (low + high) / 2;
}

/** For how long each contender is measured, and how often. */
export interface Pace {
  seconds: number;
  warmUpSeconds: number;
  rounds: number;
}

/**
 * Measures contenders in short turns, each lane of a contender waiting for its answer before it asks again. Whatever else
 * the machine does in the meantime then hits all of them.
 */
export async function compare<Name extends string>(
  contenders: Readonly<Record<Name, readonly Lane[]>>,
  { seconds, warmUpSeconds, rounds }: Pace,
): Promise<Record<Name, Measured>> {
  const names = Object.keys(contenders) as Name[];
  const driven = new Map<Name, Round[]>(names.map((name) => [name, []]));
  for (let round = 0; round < rounds; round++) {
    // Backwards every other time: nobody always follows the same one.
    for (const name of round % 2 === 0 ? names : names.toReversed()) {
      await drive(contenders[name], warmUpSeconds * 1000);
      driven.get(name)?.push(await drive(contenders[name], seconds * 1000));
    }
  }
  const measured = [...driven].map(([name, all]) => [name, summary(all)]);
  return Object.fromEntries(measured) as Record<Name, Measured>;
}

function summary(rounds: readonly Round[]): Measured {
  const loads = rounds.map(({ times, elapsed }) => ({
    perSecond: (times.length / elapsed) * 1000,
    p50: percentile(times, 0.5),
    p99: percentile(times, 0.99),
  }));
  const times = rounds.flatMap((round) => round.times).sort((a, b) => a - b);
  return {
    perSecond: median(loads.map((load) => load.perSecond)),
    p50: percentile(times, 0.5),
    p99: percentile(times, 0.99),
    rounds: loads,
  };
}

/** One contender over another: the median of what each round says, since no two rounds find the machine the same. */
export const ratio = (one: Measured, other: Measured, of: 'perSecond' | 'p50'): number =>
  median(one.rounds.map((load, round) => load[of] / (other.rounds[round]?.[of] ?? Number.NaN)));
