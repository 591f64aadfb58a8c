import type { OutgoingEvent } from '../../outbox/receiver.ts';
import type { EventType } from '../security-events.ts';
import { first } from './sql.ts';

/** An event that a receiver would not take, or did not take for days. */
export interface DeadLetter {
  receiver: string;
  eventId: string;
  sequence: number;
  type: EventType;
  /** Milliseconds since the epoch. */
  at: number;
  /** A status or the name of an error, as the receiver's code put it. */
  reason: string;
  attempts: number;
  /** Milliseconds since the epoch. */
  givenUpAt: number;
  /** Since when it is to be tried again, in milliseconds since the epoch; null where nobody asked for that. */
  replayedAt: number | null;
}

interface NewDeadLetter extends Pick<DeadLetter, 'receiver' | 'reason' | 'attempts' | 'givenUpAt'> {
  event: OutgoingEvent;
}

/** A user has no more than these: the oldest go. */
const KEPT = 200;

/** Each holds the event itself, which may have been removed by the time that somebody wants it to be tried again. */
export class DeadLetterTable {
  readonly #sql: SqlStorage;

  constructor(sql: SqlStorage) {
    this.#sql = sql;
  }

  /** @returns how many old ones had to go for it */
  insert({ receiver, event, reason, attempts, givenUpAt }: NewDeadLetter): number {
    this.#sql.exec(
      `INSERT OR REPLACE INTO dead_letter (receiver, sequence, event, reason, attempts, given_up_at)
        VALUES (?, ?, ?, ?, ?, ?)`,
      receiver,
      event.sequence,
      JSON.stringify(event),
      reason,
      attempts,
      givenUpAt,
    );
    const count = first<{ n: number }>(this.#sql, 'SELECT COUNT(*) AS n FROM dead_letter')?.n ?? 0;
    const surplus = Math.max(0, count - KEPT);
    if (surplus > 0)
      this.#sql.exec(
        `DELETE FROM dead_letter WHERE (receiver, sequence) IN
          (SELECT receiver, sequence FROM dead_letter ORDER BY sequence, receiver LIMIT ?)`,
        surplus,
      );
    return surplus;
  }

  /** The oldest first. */
  all(): DeadLetter[] {
    return this.#sql
      .exec<DeadLetter & Record<string, SqlStorageValue>>(
        `SELECT receiver, event ->> 'eventId' AS eventId, sequence, event ->> 'type' AS type, event ->> 'at' AS at,
          reason, attempts, given_up_at AS givenUpAt, replayed_at AS replayedAt
          FROM dead_letter ORDER BY sequence, receiver`,
      )
      .toArray();
  }

  /** Asks for them to be tried again. @returns how many there are @param receiver default all */
  replay(receiver: string | undefined, now: number): number {
    return this.#sql.exec(
      'UPDATE dead_letter SET replayed_at = ? WHERE replayed_at IS NULL AND receiver = COALESCE(?, receiver)',
      now,
      receiver ?? null,
    ).rowsWritten;
  }

  /** Those that are to be tried again, in the order in which they happened. */
  replayed(receiver: string, limit: number): OutgoingEvent[] {
    return this.#sql
      .exec<{ event: string }>(
        'SELECT event FROM dead_letter WHERE receiver = ? AND replayed_at IS NOT NULL ORDER BY sequence LIMIT ?',
        receiver,
        limit,
      )
      .toArray()
      .map(({ event }) => JSON.parse(event) as OutgoingEvent);
  }

  removeOld(givenUpBefore: number): void {
    this.#sql.exec('DELETE FROM dead_letter WHERE given_up_at < ?', givenUpBefore);
  }

  isEmpty(): boolean {
    return first(this.#sql, 'SELECT 1 AS found FROM dead_letter LIMIT 1') === undefined;
  }

  remove(receiver: string, sequence: number): void {
    this.#sql.exec('DELETE FROM dead_letter WHERE receiver = ? AND sequence = ?', receiver, sequence);
  }
}
