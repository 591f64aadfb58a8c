import { DurableObject } from 'cloudflare:workers';
import * as rule from '../core/oauth/device.ts';
import { migrate } from '../durable/migrate.ts';
import type { Environment } from '../environment.ts';

const migrations = [
  `CREATE TABLE device_authorization (
    only INTEGER PRIMARY KEY CHECK (only = 1),
    authorization_id TEXT NOT NULL,
    secret_hash BLOB NOT NULL,
    client_id TEXT NOT NULL,
    scope TEXT NOT NULL,
    resource TEXT NOT NULL,
    place TEXT NOT NULL,
    expires_at INTEGER NOT NULL,
    -- What the person said, as JSON; null as long as they said nothing.
    decision TEXT,
    interval_seconds INTEGER NOT NULL,
    -- The last poll, as JSON.
    last_poll TEXT
  )`,
];

export interface NewDeviceAuthorization {
  authorizationId: string;
  secretHash: Uint8Array;
  clientId: string;
  scope: string[];
  resource: string[];
  /** City and country that the device asked from, as the edge saw them, or empty. */
  place: string;
  /** Milliseconds since the epoch. */
  expiresAt: number;
}

type Row = {
  authorizationId: string;
  secretHash: ArrayBuffer;
  clientId: string;
  scope: string;
  resource: string;
  place: string;
  expiresAt: number;
  decision: string | null;
  intervalSeconds: number;
  lastPoll: string | null;
};

const columns = `authorization_id AS authorizationId, secret_hash AS secretHash, client_id AS clientId, scope, resource,
  place, expires_at AS expiresAt, decision, interval_seconds AS intervalSeconds, last_poll AS lastPoll`;

type Stored = rule.DeviceAuthorization & NewDeviceAuthorization;

const read = (row: Row): Stored => ({
  ...row,
  secretHash: new Uint8Array(row.secretHash),
  scope: JSON.parse(row.scope) as string[],
  resource: JSON.parse(row.resource) as string[],
  decision: row.decision === null ? null : (JSON.parse(row.decision) as rule.Decision),
  lastPoll: row.lastPoll === null ? null : (JSON.parse(row.lastPoll) as Stored['lastPoll']),
});

/**
 * One device that waits for its person (RFC 8628), named by its user code. Gone by alarm when the codes expire: nothing
 * is left to explain. Every method is idempotent under a retry with the same arguments.
 */
export class DeviceAuthorizationObject extends DurableObject<Environment> {
  #migrated = false;

  /** Whether the user code is this device's now; false when another one has it. */
  begin(device: NewDeviceAuthorization): boolean {
    if (!this.#migrated) migrate(this.ctx.storage, migrations);
    this.#migrated = true;
    const found = this.#stored();
    if (found && found.expiresAt > Date.now()) return found.authorizationId === device.authorizationId;
    this.ctx.storage.sql.exec(
      `INSERT OR REPLACE INTO device_authorization (only, authorization_id, secret_hash, client_id, scope, resource,
        place, expires_at, interval_seconds) VALUES (1, ?, ?, ?, ?, ?, ?, ?, ?)`,
      device.authorizationId,
      device.secretHash,
      device.clientId,
      JSON.stringify(device.scope),
      JSON.stringify(device.resource),
      device.place,
      device.expiresAt,
      rule.FIRST_INTERVAL_SECONDS,
    );
    void this.ctx.storage.setAlarm(device.expiresAt);
    return true;
  }

  /** The device that waits under this user code, as long as nobody but `userId` has decided about it. */
  find(userId: string): NewDeviceAuthorization | undefined {
    const found = this.#stored();
    if (!found || found.expiresAt <= Date.now()) return undefined;
    const { decision, intervalSeconds, lastPoll, ...device } = found;
    const open = decision === null || (decision.kind === 'approved' && decision.userId === userId);
    return open ? device : undefined;
  }

  /** Whether the decision stands; false when it comes too late. */
  decide(authorizationId: string, decision: rule.Decision): boolean {
    const next = rule.decide(this.#stored(), authorizationId, decision, Date.now());
    if (next) this.#write(next);
    return next !== undefined;
  }

  poll(request: rule.Poll): rule.PollAnswer {
    const { answer, next } = rule.poll(this.#stored(), request, Date.now());
    if (next) this.#write(next);
    return answer;
  }

  override async alarm(): Promise<void> {
    const found = this.#stored();
    // Of an earlier device under the same user code, and late.
    if (found && found.expiresAt > Date.now()) return this.ctx.storage.setAlarm(found.expiresAt);
    this.#migrated = false;
    await this.ctx.storage.deleteAll();
  }

  /** A user code that no device was given leaves nothing behind. */
  #stored(): Stored | undefined {
    const { sql } = this.ctx.storage;
    const made = sql.exec("SELECT 1 FROM sqlite_master WHERE name = 'device_authorization'").toArray();
    if (made.length === 0) return undefined;
    const [row] = sql.exec<Row>(`SELECT ${columns} FROM device_authorization`).toArray();
    return row && read(row);
  }

  #write({ decision, intervalSeconds, lastPoll }: rule.DeviceAuthorization): void {
    this.ctx.storage.sql.exec(
      'UPDATE device_authorization SET decision = ?, interval_seconds = ?, last_poll = ?',
      decision && JSON.stringify(decision),
      intervalSeconds,
      lastPoll && JSON.stringify(lastPoll),
    );
  }
}
