import { first } from './sql.ts';

/** How far a receiver has come. */
export interface Cursor {
  /** It is done with all events up to this one. */
  sequence: number;
  /** How often the next ones were tried in vain. */
  attempts: number;
  /** Since when nothing was taken, in milliseconds since the epoch; null while all is well. */
  failingSince: number | null;
  /** When to try next, in milliseconds since the epoch. */
  nextAt: number;
}

/** One row for each receiver of the user's events. */
export class EventReceiverTable {
  readonly #sql: SqlStorage;

  constructor(sql: SqlStorage) {
    this.#sql = sql;
  }

  /** A receiver that is new here is told of what happens from now on, and of everything where nobody was told before. */
  get(receiver: string): Cursor {
    return (
      first<Cursor & Record<string, SqlStorageValue>>(
        this.#sql,
        `SELECT sequence, attempts, failing_since AS failingSince, next_at AS nextAt FROM event_receiver
          WHERE receiver = ?`,
        receiver,
      ) ?? { sequence: this.#furthest(), attempts: 0, failingSince: null, nextAt: 0 }
    );
  }

  /** Those that are not here yet begin where the furthest of the others is. */
  begin(receivers: readonly string[]): void {
    const sequence = this.#furthest();
    for (const receiver of receivers)
      this.#sql.exec(
        `INSERT OR IGNORE INTO event_receiver (receiver, sequence, attempts, failing_since, next_at)
          VALUES (?, ?, 0, NULL, 0)`,
        receiver,
        sequence,
      );
  }

  /** Has one receiver, or all, tried at once. */
  hurry(receiver: string | undefined): void {
    this.#sql.exec(
      'UPDATE event_receiver SET next_at = 0 WHERE next_at > 0 AND receiver = COALESCE(?, receiver)',
      receiver ?? null,
    );
  }

  #furthest(): number {
    const row = first<{ sequence: number | null }>(
      this.#sql,
      'SELECT MAX(sequence) AS sequence FROM event_receiver',
    );
    return row?.sequence ?? 0;
  }

  set(receiver: string, { sequence, attempts, failingSince, nextAt }: Cursor): void {
    this.#sql.exec(
      `INSERT OR REPLACE INTO event_receiver (receiver, sequence, attempts, failing_since, next_at)
        VALUES (?, ?, ?, ?, ?)`,
      receiver,
      sequence,
      attempts,
      failingSince,
      nextAt,
    );
  }
}
