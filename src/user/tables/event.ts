import type { EventType } from '../security-events.ts';
import { LOGOUT_NOTICE } from './logout-notice.ts';
import { first } from './sql.ts';

export interface EventRow {
  eventId: string;
  type: EventType;
  /** Milliseconds since the epoch. */
  at: number;
  detail: Record<string, unknown>;
}

/** The outbox: each event is written in the transaction that caused it, and delivered by the alarm. */
export class EventTable {
  readonly #sql: SqlStorage;

  constructor(sql: SqlStorage) {
    this.#sql = sql;
  }

  insert(row: EventRow): void {
    this.#sql.exec(
      'INSERT INTO event (event_id, type, at, detail) VALUES (?, ?, ?, ?)',
      row.eventId,
      row.type,
      row.at,
      JSON.stringify(row.detail),
    );
  }

  /** The oldest first. */
  undelivered(limit: number): EventRow[] {
    return this.#read(
      `SELECT event_id AS eventId, type, at, detail FROM event WHERE delivered_at IS NULL AND type <> ?
        ORDER BY at, rowid LIMIT ?`,
      LOGOUT_NOTICE,
      limit,
    );
  }

  /** Of these types, but for those that the person is not told of, the newest first. */
  latest(types: readonly EventType[], limit: number): EventRow[] {
    return this.#read(
      `SELECT event_id AS eventId, type, at, detail FROM event WHERE type IN (SELECT value FROM json_each(?))
        AND json_extract(detail, '$.told') IS NOT 0 ORDER BY at DESC, rowid DESC LIMIT ?`,
      JSON.stringify(types),
      limit,
    );
  }

  /** All that are kept, the newest first. */
  all(): EventRow[] {
    return this.#read(
      'SELECT event_id AS eventId, type, at, detail FROM event WHERE type <> ? ORDER BY at DESC, rowid DESC',
      LOGOUT_NOTICE,
    );
  }

  #read(query: string, ...bindings: unknown[]): EventRow[] {
    return this.#sql
      .exec<{ eventId: string; type: EventType; at: number; detail: string }>(query, ...bindings)
      .toArray()
      .map((row) => ({ ...row, detail: JSON.parse(row.detail) as Record<string, unknown> }));
  }

  markDelivered(eventIds: readonly string[], now: number): void {
    for (const eventId of eventIds) {
      this.#sql.exec('UPDATE event SET delivered_at = ? WHERE event_id = ?', now, eventId);
    }
  }

  removeDelivered(before: number): void {
    this.#sql.exec('DELETE FROM event WHERE delivered_at IS NOT NULL AND at < ?', before);
  }

  isEmpty(): boolean {
    return first(this.#sql, 'SELECT 1 AS found FROM event LIMIT 1') === undefined;
  }
}
