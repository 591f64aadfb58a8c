import type { Identity } from '../../core/federation/id-token.ts';
import { first } from './sql.ts';

/** Who the person is at a provider. */
export interface IdentityRow extends Identity {
  /** The provider's name in the configuration, when it was used last. */
  provider: string;
  /** What the provider said of the email then: shown to the person, and trusted for nothing. */
  email: string | null;
  /** Milliseconds since the epoch. */
  linkedAt: number;
  lastUsedAt: number;
  /** The provider's tokens, sealed; null where they are not kept. */
  tokens: string | null;
}

/** The providers that the person signs in with. */
export class IdentityTable {
  readonly #sql: SqlStorage;

  constructor(sql: SqlStorage) {
    this.#sql = sql;
  }

  /** The one connected first comes first. */
  all(): IdentityRow[] {
    return this.#sql
      .exec<{ [column in keyof IdentityRow]: IdentityRow[column] }>(
        `SELECT issuer, subject, provider, email, linked_at AS linkedAt, last_used_at AS lastUsedAt, tokens
          FROM identity ORDER BY linked_at, issuer, subject`,
      )
      .toArray();
  }

  has({ issuer, subject }: Identity): boolean {
    const query = 'SELECT 1 AS found FROM identity WHERE issuer = ? AND subject = ?';
    return first(this.#sql, query, issuer, subject) !== undefined;
  }

  insert({ issuer, subject, provider, email, linkedAt, lastUsedAt, tokens }: IdentityRow): void {
    this.#sql.exec(
      `INSERT INTO identity (issuer, subject, provider, email, linked_at, last_used_at, tokens)
        VALUES (?, ?, ?, ?, ?, ?, ?)`,
      ...[issuer, subject, provider, email, linkedAt, lastUsedAt, tokens],
    );
  }

  /** It was used: what the provider says now replaces what it said. */
  use({ issuer, subject, provider, email, lastUsedAt, tokens }: Omit<IdentityRow, 'linkedAt'>): void {
    this.#sql.exec(
      `UPDATE identity SET provider = ?, email = ?, last_used_at = ?, tokens = ?
        WHERE issuer = ? AND subject = ?`,
      ...[provider, email, lastUsedAt, tokens, issuer, subject],
    );
  }

  remove({ issuer, subject }: Identity): void {
    this.#sql.exec('DELETE FROM identity WHERE issuer = ? AND subject = ?', issuer, subject);
  }

  removeAll(): void {
    this.#sql.exec('DELETE FROM identity');
  }
}
