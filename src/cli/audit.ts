import { once } from 'node:events';
import { resolve } from 'node:path';
import { parseArgs } from 'node:util';
import { digest } from '../audit/digest.ts';
import {
  type ChainHead,
  type Fault,
  type TrailRow,
  type UserVerdict,
  verifyChain,
} from '../core/audit/verify.ts';
import { Failure } from './failure.ts';
import { readTrail, type TrailOptions } from './trail.ts';

const usage = `audit verify  [--user <id>] [--head <sequence>:<hash>]  --local | --remote
audit export  [--user <id>] [--since <ISO 8601>]        --local | --remote
with --local also --persist-to <folder>; --env <name> for an environment of wrangler.jsonc`;

const wrong = (message: string): Failure => new Failure(`${message}\n${usage}`, 2);

function optionsOf(args: string[]) {
  try {
    const { positionals, values } = parseArgs({
      args,
      allowPositionals: true,
      options: {
        user: { type: 'string' },
        since: { type: 'string' },
        head: { type: 'string' },
        local: { type: 'boolean', default: false },
        remote: { type: 'boolean', default: false },
        'persist-to': { type: 'string' },
        env: { type: 'string', short: 'e' },
      },
    });
    return { positionals, values };
  } catch (error) {
    throw wrong(error instanceof Error ? error.message : String(error));
  }
}

function momentOf(since: string | undefined): number | undefined {
  if (since === undefined) return undefined;
  const moment = Date.parse(since);
  if (Number.isNaN(moment))
    throw wrong('--since: must be a moment such as 2026-11-30 or 2026-11-30T12:00:00Z');
  return moment;
}

function headOf(head: string | undefined): ChainHead | undefined {
  if (head === undefined) return undefined;
  const [, sequence, hash] = /^([1-9]\d*):([\w-]{43})$/.exec(head) ?? [];
  if (sequence === undefined || hash === undefined)
    throw wrong('--head: must be what Administration.auditHead answers, as sequence:hash');
  return { sequence: Number(sequence), hash };
}

/** Reads what is in the audit trail. */
export async function audit(args: string[]): Promise<number> {
  const { positionals, values } = optionsOf(args);
  const [what, ...rest] = positionals;
  if (rest.length > 0 || (what !== 'verify' && what !== 'export')) throw wrong('audit: verify or export?');
  if (values.local === values.remote) throw wrong('either --local or --remote, which trail?');
  const persistTo = values['persist-to'] ?? process.env.PORTCULLIS_PERSIST_TO;
  const options: TrailOptions = {
    local: values.local,
    // As `npm start` reads it: from where the command was given.
    persistTo: persistTo === undefined ? undefined : resolve(persistTo),
    env: values.env,
    user: values.user,
    since: momentOf(values.since),
  };
  const head = headOf(values.head);
  if (what === 'export') {
    if (head) throw wrong('--head is for verify');
    return exportTrail(options);
  }
  if (options.since !== undefined) throw wrong('--since is for export: a chain is verified as a whole');
  if (head && options.user === undefined) throw wrong('--head is of one user: --user <id>');
  return verifyTrail(options, head);
}

/** What is no JSON was not written by us: it is shown as it is. */
function parsed(detail: string): unknown {
  try {
    return JSON.parse(detail);
  } catch {
    return detail;
  }
}

/** Whoever can write to the trail writes to no terminal. */
const shown = (text: string): string => text.replace(/[^\x21-\x7e]/g, '?').slice(0, 100);

/** One JSON text a line, the oldest event first. */
async function exportTrail(options: TrailOptions): Promise<number> {
  for await (const { link, detail, at, ...row } of readTrail(options, ['at', 'user_id', 'event_id'])) {
    const line = { ...row, at: new Date(at).toISOString(), detail: parsed(detail), ...link };
    if (!process.stdout.write(`${JSON.stringify(line)}\n`)) await once(process.stdout, 'drain');
  }
  return 0;
}

const words: Record<Fault['fault'], string> = {
  missing: 'is missing, or is the first of several that are',
  twice: 'is there twice',
  changed: 'was changed: its hash does not fit it',
  detail_changed: 'has another detail than was hashed',
  out_of_order: 'does not follow the one before it',
  unchained: 'has no hash, among events that have one',
  cut_off: 'is the newest in the user’s own object, and the trail does not reach it',
  not_the_head: 'has another hash in the user’s own object',
};

/** The users of a trail that is sorted by user, each with all of their rows. */
async function* byUser(rows: AsyncIterable<TrailRow>): AsyncGenerator<[string, TrailRow[]]> {
  let user: string | undefined;
  let own: TrailRow[] = [];
  for await (const row of rows) {
    if (user !== undefined && row.userId !== user) {
      yield [user, own];
      own = [];
    }
    user = row.userId;
    own.push(row);
  }
  if (user !== undefined) yield [user, own];
}

async function verifyTrail(options: TrailOptions, head: ChainHead | undefined): Promise<number> {
  const verdicts: UserVerdict[] = [];
  for await (const [user, rows] of byUser(readTrail(options, ['user_id', 'event_id']))) {
    const verdict = verifyChain(digest, user, rows, head);
    tell(verdict, options.user !== undefined);
    verdicts.push({ ...verdict, faults: verdict.faults.slice(0, 1) });
  }
  if (verdicts.length === 0 && head && options.user !== undefined) {
    const nothing = verifyChain(digest, options.user, [], head);
    tell(nothing, true);
    verdicts.push(nothing);
  }
  // Nothing to find fault with, and nothing that was found: a mistyped id must not look like a chain that is whole.
  if (verdicts.length === 0 && options.user !== undefined)
    throw new Failure(
      `no event of user ${options.user} is in this trail: it is another id, all are older than what is kept, or they were taken away`,
    );
  const events = verdicts.reduce((sum, { chained }) => sum + chained, 0);
  const before = verdicts.reduce((sum, verdict) => sum + verdict.before, 0);
  const faulty = verdicts.filter(({ faults }) => faults.length > 0).length;
  const shortened = verdicts.filter(({ beginsAt, isWhole }) => beginsAt !== null && !isWhole).length;
  console.log(
    `${events} chained events of ${verdicts.length} users, ${before} from before there was a chain`,
  );
  if (shortened > 0)
    console.log(
      `${shortened} chains begin later than at their first event: what was older is not kept any more`,
    );
  console.log(
    faulty === 0 ? 'Nothing is missing and nothing was changed' : `${faulty} users’ chains are broken`,
  );
  return faulty === 0 ? 0 : 1;
}

function tell({ userId, faults, beginsAt, isWhole, head }: UserVerdict, isAlone: boolean): void {
  for (const { sequence, fault } of faults)
    console.log(`user ${shown(userId)}, event ${sequence ?? 'without a number'}: ${words[fault]}`);
  if (isAlone && head && beginsAt !== null)
    console.log(
      `The chain goes from ${beginsAt}${isWhole ? ', where it began,' : ', since what was older is not kept any more,'} to ${head.sequence}:${head.hash}`,
    );
}
