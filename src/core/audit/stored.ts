import type { TrailRow } from './verify.ts';

/** A row of `security_event`, as D1 has it. */
export interface StoredEvent {
  event_id: string;
  user_id: string;
  type: string;
  at: number;
  detail: string;
  sequence: number | null;
  previous_hash: string | null;
  salt: string | null;
  detail_hash: string | null;
  hash: string | null;
  request_id: string | null;
  actor: string | null;
}

export const trailRowOf = (row: StoredEvent): TrailRow => ({
  eventId: row.event_id,
  userId: row.user_id,
  type: row.type,
  at: row.at,
  detail: row.detail,
  sequence: row.sequence,
  requestId: row.request_id,
  actor: row.actor,
  link:
    row.previous_hash === null || row.detail_hash === null || row.hash === null
      ? null
      : {
          previousHash: row.previous_hash,
          salt: row.salt,
          detailHash: row.detail_hash,
          hash: row.hash,
        },
});
