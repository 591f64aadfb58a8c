import { first } from './sql.ts';

/**
 * What was ended before it expired by itself: access tokens, by their `jti`, `<family>.<random>` or
 * `gate~<handle>.<random>`; and the gate's handles, as `gate.<session>.<handle>`.
 */
export class RevokedTokenTable {
  readonly #sql: SqlStorage;

  constructor(sql: SqlStorage) {
    this.#sql = sql;
  }

  has(tokenId: string): boolean {
    return first(this.#sql, 'SELECT 1 AS found FROM revoked_token WHERE token_id = ?', tokenId) !== undefined;
  }

  /** Those of a family, or of whatever is in its place. A range of the primary key: `/` is the character after the dot. */
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

  /** When the next one need not be remembered any more; undefined when there is none. */
  nextExpiry(): number | undefined {
    return first<{ expiresAt: number }>(
      this.#sql,
      'SELECT expires_at AS expiresAt FROM revoked_token ORDER BY expires_at LIMIT 1',
    )?.expiresAt;
  }
}
