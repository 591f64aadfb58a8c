import { digest } from '../../audit/digest.ts';
import { CHAIN_BEGINS, type ChainLink, detailHashOf, linkOf } from '../../core/audit/chain.ts';
import { base64url, randomBytes } from '../../crypto/bytes.ts';
import type { EventType } from '../security-events.ts';
import { first } from './sql.ts';

export interface NewEvent {
  eventId: string;
  userId: string;
  type: EventType;
  /** Milliseconds since the epoch. */
  at: number;
  detail: Record<string, unknown>;
}

export interface EventRow extends Omit<NewEvent, 'userId'> {
  /** Counts the user's events from 1, without gaps. */
  sequence: number;
  /** Its place in the chain; events from before there was one have none. */
  link?: ChainLink;
}

interface Stored extends Record<string, SqlStorageValue> {
  sequence: number;
  eventId: string;
  type: EventType;
  at: number;
  detail: string;
  previousHash: string | null;
  salt: string | null;
  hash: string | null;
}

const columns = 'sequence, event_id AS eventId, type, at, detail, previous_hash AS previousHash, salt, hash';

function rowOf({ previousHash, salt, hash, ...event }: Stored): EventRow {
  const isLinked = previousHash !== null && salt !== null && hash !== null;
  return {
    ...event,
    detail: JSON.parse(event.detail) as Record<string, unknown>,
    ...(isLinked && {
      link: { previousHash, salt, hash, detailHash: detailHashOf(digest, salt, event.detail) },
    }),
  };
}

/** What happened, each event written in the transaction that caused it. The newest one stays: the next is joined to it. */
export class EventTable {
  readonly #sql: SqlStorage;

  constructor(sql: SqlStorage) {
    this.#sql = sql;
  }

  /** Joins an event to the end of the chain. */
  append({ userId, ...event }: NewEvent): void {
    const head = this.head();
    const sequence = (head?.sequence ?? 0) + 1;
    const detail = JSON.stringify(event.detail);
    const { previousHash, salt, hash } = linkOf(digest, { ...event, userId, sequence }, detail, {
      previousHash: head?.hash ?? CHAIN_BEGINS,
      salt: base64url.encode(randomBytes(16)),
    });
    this.#sql.exec(
      `INSERT INTO event (sequence, event_id, type, at, detail, previous_hash, salt, hash)
        VALUES (?, ?, ?, ?, ?, ?, ?, ?)`,
      sequence,
      event.eventId,
      event.type,
      event.at,
      detail,
      previousHash,
      salt,
      hash,
    );
  }

  /** The newest event's place; its hash is null where the chain has not begun. */
  head(): { sequence: number; hash: string | null } | undefined {
    return first(this.#sql, 'SELECT sequence, hash FROM event ORDER BY sequence DESC LIMIT 1');
  }

  /** Those after a place in the chain, the oldest first. */
  after(sequence: number, limit: number): EventRow[] {
    return this.#read(
      `SELECT ${columns} FROM event WHERE sequence > ? ORDER BY sequence LIMIT ?`,
      sequence,
      limit,
    );
  }

  /** Of these types, but for those that the person is not told of, the newest first. */
  latest(types: readonly EventType[], limit: number): EventRow[] {
    return this.#read(
      `SELECT ${columns} FROM event WHERE type IN (SELECT value FROM json_each(?))
        AND json_extract(detail, '$.told') IS NOT 0 ORDER BY sequence DESC LIMIT ?`,
      JSON.stringify(types),
      limit,
    );
  }

  /** All that are kept, the newest first. */
  all(): EventRow[] {
    return this.#read(`SELECT ${columns} FROM event ORDER BY sequence DESC`);
  }

  #read(query: string, ...bindings: unknown[]): EventRow[] {
    return this.#sql
      .exec<Stored>(query, ...bindings)
      .toArray()
      .map(rowOf);
  }

  /** Removes old ones that every receiver is done with, but never the newest. @param through the last that all have */
  removeOld(through: number, before: number): void {
    this.#sql.exec(
      'DELETE FROM event WHERE sequence <= ? AND at < ? AND sequence < (SELECT MAX(sequence) FROM event)',
      through,
      before,
    );
  }

  /** Whether time will remove any of them: the newest one stays. */
  canShrink(): boolean {
    return (first<{ n: number }>(this.#sql, 'SELECT COUNT(*) AS n FROM event')?.n ?? 0) > 1;
  }
}
