import type { ClaimsRequest } from '../types.ts';
import { bytes, first, list } from './sql.ts';

export interface CodeRow {
  codeId: string;
  secretHash: Uint8Array;
  sessionId: string;
  clientId: string;
  redirectUri: string;
  codeChallenge: string;
  scope: string[];
  resource: string[];
  nonce: string | null;
  dpopJkt: string | null;
  claims: ClaimsRequest | null;
  /** Milliseconds since the epoch. */
  expiresAt: number;
  redeemedAt: number | null;
  /** The attempt that redeemed it: the id of the family that it founded, if it founded one. */
  redeemedAs: string | null;
}

type Stored = Omit<CodeRow, 'secretHash' | 'scope' | 'resource' | 'claims'> & {
  secretHash: ArrayBuffer;
  scope: string;
  resource: string;
  claims: string | null;
} & Record<string, SqlStorageValue>;

const columns = `code_id AS codeId, secret_hash AS secretHash, session_id AS sessionId, client_id AS clientId,
  redirect_uri AS redirectUri, code_challenge AS codeChallenge, scope, resource, nonce, dpop_jkt AS dpopJkt,
  claims, expires_at AS expiresAt, redeemed_at AS redeemedAt, family_id AS redeemedAs`;

export class CodeTable {
  readonly #sql: SqlStorage;

  constructor(sql: SqlStorage) {
    this.#sql = sql;
  }

  get(codeId: string): CodeRow | undefined {
    const row = first<Stored>(this.#sql, `SELECT ${columns} FROM code WHERE code_id = ?`, codeId);
    return (
      row && {
        ...row,
        secretHash: bytes(row.secretHash),
        scope: list(row.scope),
        resource: list(row.resource),
        claims: row.claims === null ? null : (JSON.parse(row.claims) as ClaimsRequest),
      }
    );
  }

  /** A retry of the same request finds its code there already. */
  insert(row: Omit<CodeRow, 'redeemedAt' | 'redeemedAs'>): void {
    this.#sql.exec(
      `INSERT OR IGNORE INTO code (code_id, secret_hash, session_id, client_id, redirect_uri, code_challenge, scope,
        resource, nonce, dpop_jkt, claims, expires_at) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)`,
      row.codeId,
      row.secretHash,
      row.sessionId,
      row.clientId,
      row.redirectUri,
      row.codeChallenge,
      JSON.stringify(row.scope),
      JSON.stringify(row.resource),
      row.nonce,
      row.dpopJkt,
      row.claims && JSON.stringify(row.claims),
      row.expiresAt,
    );
  }

  markRedeemed(codeId: string, redeemedAs: string, now: number): void {
    this.#sql.exec(
      'UPDATE code SET redeemed_at = ?, family_id = ? WHERE code_id = ?',
      now,
      redeemedAs,
      codeId,
    );
  }

  /** Those that were redeemed stay, so that their second use is caught. */
  removeUnredeemed(clientId: string): void {
    this.#sql.exec('DELETE FROM code WHERE client_id = ? AND redeemed_at IS NULL', clientId);
  }

  removeExpired(expiredBefore: number): void {
    this.#sql.exec('DELETE FROM code WHERE expires_at < ?', expiredBefore);
  }

  isEmpty(): boolean {
    return first(this.#sql, 'SELECT 1 AS found FROM code LIMIT 1') === undefined;
  }
}
