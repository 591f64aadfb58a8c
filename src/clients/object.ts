import { DurableObject } from 'cloudflare:workers';
import { equal } from '../crypto/bytes.ts';
import { migrate } from '../durable/migrate.ts';
import type { Environment } from '../environment.ts';

const migrations = [
  `CREATE TABLE registration (
    only INTEGER PRIMARY KEY CHECK (only = 1),
    -- JSON, by the names of RFC 7591.
    metadata TEXT NOT NULL,
    -- base64url of the SHA-256 of its secret, if it has one.
    secret_hash TEXT,
    token_hash BLOB NOT NULL,
    issued_at INTEGER NOT NULL,
    -- When somebody last asked for it, give or take a tenth of how long it may go unused.
    used_at INTEGER NOT NULL,
    expires_at INTEGER NOT NULL,
    -- The attempt that removed it: a retry of the same one is told the same.
    removed_by TEXT
  )`,
];

/** For how long a removal is remembered, in milliseconds: longer than any retry. */
const REMOVAL_REMEMBERED_FOR = 10 * 60 * 1000;

export interface StoredClient {
  metadata: string;
  /** base64url. */
  secretHash: string | null;
  /** Milliseconds since the epoch. */
  issuedAt: number;
}

type Row = {
  metadata: string;
  secretHash: string | null;
  tokenHash: ArrayBuffer;
  issuedAt: number;
  usedAt: number;
  expiresAt: number;
  removedBy: string | null;
};

/** One client that registered itself (RFC 7591), named by what its client id says. Idempotent under a retry. */
export class ClientObject extends DurableObject<Environment> {
  #migrated = false;

  /** @param unusedFor in milliseconds: it is gone when nobody asks for it for so long */
  register(client: Omit<StoredClient, 'issuedAt'>, tokenHash: Uint8Array, unusedFor: number): number {
    if (!this.#migrated) migrate(this.ctx.storage, migrations);
    this.#migrated = true;
    const now = Date.now();
    this.ctx.storage.sql.exec(
      `INSERT OR IGNORE INTO registration
        (only, metadata, secret_hash, token_hash, issued_at, used_at, expires_at) VALUES (1, ?, ?, ?, ?, ?, ?)`,
      client.metadata,
      client.secretHash,
      tokenHash,
      now,
      now,
      now,
    );
    this.#use(now, unusedFor);
    return this.#row()?.issuedAt ?? now;
  }

  /** The client, for whoever names it. That keeps it alive. */
  find(unusedFor: number): StoredClient | undefined {
    const row = this.#live();
    const now = Date.now();
    // Not a row written each time: an isolate may ask every minute.
    if (row && now - row.usedAt > unusedFor / 10) this.#use(now, unusedFor);
    return row && stored(row);
  }

  /** The client, for whoever has its registration access token. */
  read(tokenHash: Uint8Array): StoredClient | undefined {
    const row = this.#live(tokenHash);
    return row && stored(row);
  }

  /**
   * Replaces what the client says of itself; undefined if the token is not its own.
   * @param newSecretHash what a client without a secret gets; null for one that needs none. Which of the two it is, is
   * decided here: of two updates at once one makes the secret, and the other keeps it.
   */
  update(tokenHash: Uint8Array, metadata: string, newSecretHash: string | null): StoredClient | undefined {
    const row = this.#live(tokenHash);
    if (!row) return undefined;
    const secretHash = newSecretHash === null ? null : (row.secretHash ?? newSecretHash);
    this.ctx.storage.sql.exec('UPDATE registration SET metadata = ?, secret_hash = ?', metadata, secretHash);
    return stored({ ...row, metadata, secretHash });
  }

  /** @returns whether the token was its own. */
  remove(tokenHash: Uint8Array, attempt: string): boolean {
    if (this.#row()?.removedBy === attempt) return true;
    if (!this.#live(tokenHash)) return false;
    this.ctx.storage.sql.exec(
      "UPDATE registration SET metadata = '', secret_hash = NULL, removed_by = ?",
      attempt,
    );
    void this.ctx.storage.setAlarm(Date.now() + REMOVAL_REMEMBERED_FOR);
    return true;
  }

  override async alarm(): Promise<void> {
    const row = this.#row();
    if (row && row.removedBy === null && row.expiresAt > Date.now()) {
      await this.ctx.storage.setAlarm(row.expiresAt);
      return;
    }
    this.#migrated = false;
    await this.ctx.storage.deleteAll();
  }

  #use(now: number, unusedFor: number): void {
    // The tenth that `used_at` may lag behind goes to the client.
    const expiresAt = Math.ceil(now + unusedFor * 1.1);
    this.ctx.storage.sql.exec('UPDATE registration SET used_at = ?, expires_at = ?', now, expiresAt);
    void this.ctx.storage.setAlarm(expiresAt);
  }

  #live(tokenHash?: Uint8Array): Row | undefined {
    const row = this.#row();
    if (!row || row.removedBy !== null || row.expiresAt <= Date.now()) return undefined;
    return tokenHash && !equal(new Uint8Array(row.tokenHash), tokenHash) ? undefined : row;
  }

  #row(): Row | undefined {
    const { sql } = this.ctx.storage;
    // An id that was removed long ago leaves nothing behind when it is asked for.
    if (!this.#migrated) {
      if (sql.exec("SELECT 1 FROM sqlite_master WHERE name = 'registration'").toArray().length === 0) {
        return undefined;
      }
      migrate(this.ctx.storage, migrations);
      this.#migrated = true;
    }
    return sql
      .exec<Row>(
        `SELECT metadata, secret_hash AS secretHash, token_hash AS tokenHash, issued_at AS issuedAt,
          used_at AS usedAt, expires_at AS expiresAt, removed_by AS removedBy FROM registration`,
      )
      .toArray()[0];
  }
}

const stored = ({ metadata, secretHash, issuedAt }: Row): StoredClient => ({
  metadata,
  secretHash,
  issuedAt,
});
