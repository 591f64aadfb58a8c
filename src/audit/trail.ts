/** One security event as the audit trail keeps it. Never a secret, token or password. */
export interface AuditEvent {
  eventId: string;
  userId: string;
  type: string;
  /** Milliseconds since the epoch. */
  at: number;
  detail: Record<string, unknown>;
}

const table = `CREATE TABLE IF NOT EXISTS security_event (
  event_id TEXT NOT NULL, user_id TEXT NOT NULL, type TEXT NOT NULL, at INTEGER NOT NULL, detail TEXT NOT NULL,
  PRIMARY KEY (user_id, event_id)
) WITHOUT ROWID`;

/** Writes events to D1, where they can be searched. Delivered at least once, kept once: the key is the event's. */
export async function appendToTrail(database: D1Database, events: readonly AuditEvent[]): Promise<void> {
  const insert = database.prepare(
    'INSERT OR IGNORE INTO security_event (event_id, user_id, type, at, detail) VALUES (?, ?, ?, ?, ?)',
  );
  await database.batch([
    database.prepare(table),
    ...events.map((event) =>
      insert.bind(event.eventId, event.userId, event.type, event.at, JSON.stringify(event.detail)),
    ),
  ]);
}

/**
 * Takes out of a deleted account's events what says where and with which device the person was. What stays is that
 * something happened to a random id, and when.
 */
export async function eraseDetails(database: D1Database, userId: string): Promise<void> {
  await database.batch([
    database.prepare(table),
    database
      .prepare("UPDATE security_event SET detail = '{}' WHERE user_id = ? AND type <> 'account_deleted'")
      .bind(userId),
  ]);
}
