import {
  CHAIN_BEGINS,
  type ChainedEvent,
  type ChainLink,
  type Digest,
  detailHashOf,
  hashOf,
} from './chain.ts';

/** An event as the trail keeps it. Those of before the chain have no link, and may have no number. */
export interface TrailRow extends Omit<ChainedEvent, 'sequence'> {
  sequence: number | null;
  /** The JSON text. */
  detail: string;
  link: ChainLink | null;
  /** In columns of their own to be looked up by; the detail has the same, and only that is in the chain. */
  requestId: string | null;
  actor: string | null;
}

/** What is wrong, and with which of the user's events; null where it has no number. */
export interface Fault {
  sequence: number | null;
  fault:
    | 'missing'
    /** Two events have this place. */
    | 'twice'
    /** Type, time, owner or id are not those that were hashed. */
    | 'changed'
    | 'detail_changed'
    /** It does not say the hash of the event before it. */
    | 'out_of_order'
    /** It stands in the chain and has no hash. */
    | 'unchained'
    /** The chain does not reach the head that the user's object has. */
    | 'cut_off'
    /** Where the user's object has another hash for it. */
    | 'not_the_head';
}

export interface ChainHead {
  sequence: number;
  hash: string;
}

export interface UserVerdict {
  userId: string;
  /** How many events are in the chain, and how many are from before it. */
  chained: number;
  before: number;
  /** The first that is there, if any is. It may be later than 1: the ones before it were removed by time. */
  beginsAt: number | null;
  /** Whether that is where the chain itself begins. */
  isWhole: boolean;
  head: ChainHead | null;
  faults: Fault[];
}

type Chained = TrailRow & { sequence: number; link: ChainLink };

const isChained = (row: TrailRow): row is Chained => row.sequence !== null && row.link !== null;

/** A detail that was erased, as those of a deleted account are: its hash stays, and nobody can check it any more. */
const isErased = ({ detail, link, requestId }: Chained): boolean =>
  link.salt === null && detail === '{}' && requestId === null;

const textOrNull = (value: unknown): string | null => (typeof value === 'string' ? value : null);

/** What a detail says of who did it and in which request; undefined where it is no object. */
function membersOf(detail: string): { requestId: string | null; actor: string | null } | undefined {
  try {
    const { requestId, by } = JSON.parse(detail) as Record<string, unknown>;
    return { requestId: textOrNull(requestId), actor: textOrNull(by) };
  } catch {
    return undefined;
  }
}

function hasDetailOf(digest: Digest, row: Chained, isDeleted: boolean): boolean {
  if (isErased(row)) return isDeleted;
  const { salt, detailHash } = row.link;
  if (salt === null || detailHashOf(digest, salt, row.detail) !== detailHash) return false;
  const members = membersOf(row.detail);
  return members !== undefined && members.requestId === row.requestId && members.actor === row.actor;
}

/** What is wrong with an event, seen beside the one before it. */
function* faultsOf(
  digest: Digest,
  row: Chained,
  before: Chained | undefined,
  isDeleted: boolean,
): Generator<Fault> {
  const { sequence, link } = row;
  if (before && sequence === before.sequence) yield { sequence, fault: 'twice' };
  // Where a longer gap begins; its end is this one.
  if (before && before.sequence + 1 < sequence) yield { sequence: before.sequence + 1, fault: 'missing' };
  if (hashOf(digest, row, link) !== link.hash) yield { sequence, fault: 'changed' };
  if (!hasDetailOf(digest, row, isDeleted)) yield { sequence, fault: 'detail_changed' };
  if (before?.sequence === sequence - 1 && before.link.hash !== link.previousHash)
    yield { sequence, fault: 'out_of_order' };
}

function* faultsAtTheEnd(newest: Chained | undefined, head: ChainHead): Generator<Fault> {
  if (!newest || newest.sequence < head.sequence) yield { sequence: head.sequence, fault: 'cut_off' };
  else if (newest.sequence !== head.sequence || newest.link.hash !== head.hash)
    yield { sequence: head.sequence, fault: 'not_the_head' };
}

/**
 * Checks one user's events.
 * @param head where the chain must end at the earliest, as the user's object says
 */
export function verifyChain(
  digest: Digest,
  userId: string,
  rows: readonly TrailRow[],
  head?: ChainHead,
): UserVerdict {
  const chained = rows.filter(isChained).toSorted((a, b) => a.sequence - b.sequence);
  const first = chained[0];
  const newest = chained.at(-1);
  // Whoever has a head has an account: nothing of it was erased.
  const isDeleted = !head && chained.some(({ type }) => type === 'account_deleted');
  const faults: Fault[] = [];
  for (const { sequence, link } of rows)
    if (link === null && sequence !== null && first && sequence >= first.sequence)
      faults.push({ sequence, fault: 'unchained' });
  for (const [index, row] of chained.entries())
    faults.push(...faultsOf(digest, row, chained[index - 1], isDeleted));
  if (first?.sequence === 1 && first.link.previousHash !== CHAIN_BEGINS)
    faults.push({ sequence: 1, fault: 'out_of_order' });
  if (head) {
    const same = chained.find(({ sequence }) => sequence === head.sequence);
    faults.push(...faultsAtTheEnd(same ?? newest, head));
  }
  return {
    userId,
    chained: chained.length,
    before: rows.length - chained.length,
    beginsAt: first?.sequence ?? null,
    isWhole: first !== undefined && first.link.previousHash === CHAIN_BEGINS,
    head: newest ? { sequence: newest.sequence, hash: newest.link.hash } : null,
    faults: faults.toSorted((a, b) => (a.sequence ?? 0) - (b.sequence ?? 0)),
  };
}
