import { first } from './sql.ts';

/** Access tokens that were revoked before they expired, by their `jti`: `<family>.<random>`. */
export class RevokedTokenTable {
  readonly #sql: SqlStorage;

  constructor(sql: SqlStorage) {
    this.#sql = sql;
  }

  /** Those of a family. A range of the primary key: `/` is the character after the dot. */
  of(familyId: string): string[] {
    const rows = this.#sql.exec<{ tokenId: string }>(
      'SELECT token_id AS tokenId FROM revoked_token WHERE token_id >= ? AND token_id < ?',
      `${familyId}.`,
      `${familyId}/`,
    );
    return rows.toArray().map(({ tokenId }) => tokenId);
  }

  /** @param expiresAt when it need not be remembered any more, in milliseconds since the epoch. */
  insert(tokenId: string, expiresAt: number): void {
    this.#sql.exec(
      'INSERT OR IGNORE INTO revoked_token (token_id, expires_at) VALUES (?, ?)',
      tokenId,
      expiresAt,
    );
  }

  removeExpired(now: number): void {
    this.#sql.exec('DELETE FROM revoked_token WHERE expires_at <= ?', now);
  }

  isEmpty(): boolean {
    return first(this.#sql, 'SELECT 1 AS found FROM revoked_token LIMIT 1') === undefined;
  }
}
