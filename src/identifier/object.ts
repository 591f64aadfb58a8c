import { DurableObject } from 'cloudflare:workers';
import { callObject } from '../durable/call.ts';
import { migrate } from '../durable/migrate.ts';
import type { Environment } from '../environment.ts';

/** A sign-up that has not been confirmed for this long may be taken over. */
const RESERVED_FOR = 2 * 60 * 1000;

const migrations = [
  `CREATE TABLE identifier (
    only INTEGER PRIMARY KEY CHECK (only = 1),
    user_id TEXT NOT NULL,
    reserved_at INTEGER NOT NULL,
    confirmed_at INTEGER
  )`,
];

export type Reservation =
  | { kind: 'reserved' }
  | { kind: 'taken' }
  /**
   * A sign-up of `userId` has not confirmed it: it is under way, or stopped half-way. If that account was made, finish
   * it; otherwise it may be taken over once it is abandoned.
   */
  | { kind: 'pending'; userId: string; abandoned: boolean };

/** One email address, or identity at a provider: whose it is. Named by a hash of it, so uniqueness needs no central table. */
export class IdentifierObject extends DurableObject<Environment> {
  #migrated = false;

  #row(): { user_id: string; reserved_at: number; confirmed_at: number | null } | undefined {
    if (!this.#migrated) migrate(this.ctx.storage, migrations);
    this.#migrated = true;
    return this.ctx.storage.sql
      .exec<{ user_id: string; reserved_at: number; confirmed_at: number | null }>(
        'SELECT user_id, reserved_at, confirmed_at FROM identifier',
      )
      .toArray()[0];
  }

  /** An address that nobody ever used leaves nothing behind. */
  #isEmpty(): boolean {
    const made = this.ctx.storage.sql.exec("SELECT 1 FROM sqlite_master WHERE name = 'identifier'").toArray();
    return made.length === 0;
  }

  /** The user with this identifier. */
  lookup(): string | undefined {
    if (this.#isEmpty()) return undefined;
    const row = this.#row();
    return row?.confirmed_at ? row.user_id : undefined;
  }

  /** The user who has it, or who reserved it last and never confirmed. */
  holder(): string | undefined {
    return this.#isEmpty() ? undefined : this.#row()?.user_id;
  }

  /** Reserves it for an account, new or not. `replacing` names an abandoned reservation that was seen to have no account. */
  reserve(userId: string, replacing?: string): Reservation {
    const now = Date.now();
    return this.ctx.storage.transactionSync(() => {
      const row = this.#row();
      if (row && row.user_id !== userId) {
        if (row.confirmed_at !== null) return { kind: 'taken' };
        const abandoned = now >= row.reserved_at + RESERVED_FOR;
        if (!abandoned || row.user_id !== replacing)
          return { kind: 'pending', userId: row.user_id, abandoned };
      }
      this.ctx.storage.sql.exec(
        'INSERT OR REPLACE INTO identifier (only, user_id, reserved_at, confirmed_at) VALUES (1, ?, ?, ?)',
        userId,
        now,
        row?.user_id === userId ? row.confirmed_at : null,
      );
      void this.ctx.storage.setAlarm(now + RESERVED_FOR);
      return { kind: 'reserved' };
    });
  }

  /**
   * Makes it this user's for good, whose account exists: by the account itself, in case its sign-up did not come so far.
   * A reservation of another one stands; whoever made it finds out, or it is released.
   */
  claim(userId: string): 'claimed' | 'taken' | 'pending' {
    const now = Date.now();
    return this.ctx.storage.transactionSync(() => {
      const row = this.#row();
      if (row && row.user_id !== userId) return row.confirmed_at === null ? 'pending' : 'taken';
      if (row)
        this.ctx.storage.sql.exec('UPDATE identifier SET confirmed_at = ? WHERE confirmed_at IS NULL', now);
      else
        this.ctx.storage.sql.exec(
          'INSERT INTO identifier (only, user_id, reserved_at, confirmed_at) VALUES (1, ?, ?, ?)',
          userId,
          now,
          now,
        );
      return 'claimed';
    });
  }

  /** Releases a reservation that came to nothing, and confirms one of an account that stopped before its last step. */
  override async alarm(): Promise<void> {
    const row = this.#row();
    if (!row || row.confirmed_at !== null) return;
    const users = this.env.USER;
    // Not whether it exists: an account may have reserved another address and stopped there.
    const id = this.ctx.id.toString();
    const held = await callObject(
      'UserObject',
      () => users.getByName(row.user_id),
      async (stub) => stub.holdsIdentifier(id),
    );
    // The object may have been asked for other things meanwhile.
    const since = this.#row();
    if (
      since?.user_id !== row.user_id ||
      since.confirmed_at !== null ||
      since.reserved_at !== row.reserved_at
    )
      return;
    if (held) {
      this.confirm(row.user_id);
      return;
    }
    this.#migrated = false;
    await this.ctx.storage.deleteAll();
  }

  /** Whether it is now this user's for good; false when another sign-up took it over. */
  confirm(userId: string): boolean {
    const now = Date.now();
    return this.ctx.storage.transactionSync(() => {
      if (this.#row()?.user_id !== userId) return false;
      this.ctx.storage.sql.exec('UPDATE identifier SET confirmed_at = ? WHERE confirmed_at IS NULL', now);
      return true;
    });
  }

  /**
   * The account goes that it is the identifier of, or gives it up: nothing is left of it here. What belongs to somebody else
   * by now, since this is a retry, stays theirs.
   */
  async release(userId: string): Promise<void> {
    if (this.#isEmpty() || this.#row()?.user_id !== userId) return;
    this.#migrated = false;
    // Begun before anybody else is let in, so that no reservation comes in between.
    await this.ctx.storage.deleteAll();
  }
}
