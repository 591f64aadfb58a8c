import { first } from './sql.ts';

/** Challenges that were answered, until they would be refused anyhow: none is answered twice. */
export class PasskeyChallengeTable {
  readonly #sql: SqlStorage;

  constructor(sql: SqlStorage) {
    this.#sql = sql;
  }

  /** Which attempt answered it, and what came of it. */
  get(challengeId: string): { attemptId: string; outcome: string } | undefined {
    return first(
      this.#sql,
      'SELECT attempt_id AS attemptId, outcome FROM passkey_challenge WHERE challenge_id = ?',
      challengeId,
    );
  }

  insert(row: { challengeId: string; attemptId: string; outcome: string; expiresAt: number }): void {
    this.#sql.exec(
      'INSERT INTO passkey_challenge (challenge_id, attempt_id, outcome, expires_at) VALUES (?, ?, ?, ?)',
      row.challengeId,
      row.attemptId,
      row.outcome,
      row.expiresAt,
    );
  }

  removeExpired(now: number): void {
    this.#sql.exec('DELETE FROM passkey_challenge WHERE expires_at <= ?', now);
  }
}
