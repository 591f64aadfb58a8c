import { text } from 'node:stream/consumers';
import { type StoredEvent, trailRowOf } from '../core/audit/stored.ts';
import type { TrailRow } from '../core/audit/verify.ts';
import { Failure } from './failure.ts';
import { exitCodeOf, spawnWrangler } from './wrangler.ts';

/** Which trail is read, and what of it. */
export interface TrailOptions {
  /** The database on this machine that `npm start` keeps, instead of Cloudflare's. */
  local: boolean;
  persistTo: string | undefined;
  env: string | undefined;
  user: string | undefined;
  /** Milliseconds since the epoch. */
  since: number | undefined;
}

/** Rows that are asked for at once: an answer is a few hundred kilobytes. */
const PAGE = 1000;

/** What stands in the trail may have been written by whoever tampered with it. */
const quoted = (value: string | number): string =>
  typeof value === 'number' ? String(value) : `'${value.replaceAll("'", "''")}'`;

/** The answer of `wrangler d1 execute --json`, one entry for each statement. */
interface Answer {
  results: StoredEvent[];
}

async function query({ local, persistTo, env }: TrailOptions, command: string): Promise<StoredEvent[]> {
  const where = local
    ? ['--local', ...(persistTo === undefined ? [] : ['--persist-to', persistTo])]
    : ['--remote'];
  const environment = env ?? (local ? 'development' : '');
  const child = spawnWrangler(
    ['d1', 'execute', 'AUDIT', ...where, `--env=${environment}`, '--json', '--yes', '--command', command],
    { stdio: ['ignore', 'pipe', 'pipe'] },
  );
  const [code, output, errors] = await Promise.all([
    exitCodeOf(child),
    child.stdout ? text(child.stdout) : '',
    child.stderr ? text(child.stderr) : '',
  ]);
  if (code !== 0) throw new Failure(faultOf(`${output}\n${errors}`));
  const [answer] = JSON.parse(output.slice(output.indexOf('['))) as Answer[];
  return answer?.results ?? [];
}

function faultOf(output: string): string {
  if (output.includes('no such table')) return 'nothing was written to this trail yet';
  if (output.includes('no such column'))
    return 'this trail is from before events were chained; it is brought up to date with the next event';
  return `the trail cannot be read; wrangler says:\n${output.trim()}`;
}

type Column = 'at' | 'user_id' | 'event_id';

/** @param order columns that together name one row, and are an index of the table */
export async function* readTrail(options: TrailOptions, order: readonly Column[]): AsyncGenerator<TrailRow> {
  const conditions = [
    options.user === undefined ? [] : `user_id = ${quoted(options.user)}`,
    options.since === undefined ? [] : `at >= ${options.since}`,
  ].flat();
  const columns = order.join(', ');
  let last: StoredEvent | undefined;
  do {
    const behind = last;
    const beyond = behind ? [`(${columns}) > (${order.map((name) => quoted(behind[name])).join(', ')})`] : [];
    const all = [...conditions, ...beyond];
    const where = all.length > 0 ? `WHERE ${all.join(' AND ')}` : '';
    const rows = await query(
      options,
      `SELECT * FROM security_event ${where} ORDER BY ${columns} LIMIT ${PAGE}`,
    );
    yield* rows.map(trailRowOf);
    last = rows.length === PAGE ? rows.at(-1) : undefined;
  } while (last);
}
