import type { PublicKey } from '../../passkeys/public-key.ts';
import type { Passkey } from '../types.ts';
import { first, list } from './sql.ts';

/** A passkey with what it takes to verify its use. */
export interface PasskeyRow extends Passkey {
  publicKey: PublicKey;
  signCount: number;
}

type Stored = Omit<PasskeyRow, 'publicKey' | 'transports' | 'backupEligible' | 'backedUp'> & {
  publicKey: string;
  transports: string;
  backupEligible: number;
  backedUp: number;
} & Record<string, SqlStorageValue>;

const columns = `credential_id AS credentialId, public_key AS publicKey, sign_count AS signCount,
  backup_eligible AS backupEligible, backed_up AS backedUp, transports, aaguid, name, created_at AS createdAt,
  last_used_at AS lastUsedAt`;

const read = (row: Stored): PasskeyRow => ({
  ...row,
  publicKey: JSON.parse(row.publicKey) as PublicKey,
  transports: list(row.transports),
  backupEligible: row.backupEligible === 1,
  backedUp: row.backedUp === 1,
});

/** The person's passkeys. No key of theirs is secret: authenticators keep those. */
export class PasskeyTable {
  readonly #sql: SqlStorage;

  constructor(sql: SqlStorage) {
    this.#sql = sql;
  }

  get(credentialId: string): PasskeyRow | undefined {
    const row = first<Stored>(
      this.#sql,
      `SELECT ${columns} FROM passkey WHERE credential_id = ?`,
      credentialId,
    );
    return row && read(row);
  }

  /** The oldest first. */
  all(): PasskeyRow[] {
    return this.#sql
      .exec<Stored>(`SELECT ${columns} FROM passkey ORDER BY created_at, credential_id`)
      .toArray()
      .map(read);
  }

  isEmpty(): boolean {
    return first(this.#sql, 'SELECT 1 AS found FROM passkey LIMIT 1') === undefined;
  }

  insert(row: Omit<PasskeyRow, 'createdAt' | 'lastUsedAt'>, now: number): void {
    this.#sql.exec(
      `INSERT INTO passkey (credential_id, public_key, sign_count, backup_eligible, backed_up, transports, aaguid, name,
        created_at) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)`,
      row.credentialId,
      JSON.stringify(row.publicKey),
      row.signCount,
      row.backupEligible ? 1 : 0,
      row.backedUp ? 1 : 0,
      JSON.stringify(row.transports),
      row.aaguid,
      row.name,
      now,
    );
  }

  setUsed(credentialId: string, signCount: number, backedUp: boolean, now: number): void {
    this.#sql.exec(
      'UPDATE passkey SET sign_count = ?, backed_up = ?, last_used_at = ? WHERE credential_id = ?',
      signCount,
      backedUp ? 1 : 0,
      now,
      credentialId,
    );
  }

  setName(credentialId: string, name: string): void {
    this.#sql.exec('UPDATE passkey SET name = ? WHERE credential_id = ?', name, credentialId);
  }

  removeAll(): void {
    this.#sql.exec('DELETE FROM passkey');
  }

  remove(credentialId: string): void {
    this.#sql.exec('DELETE FROM passkey WHERE credential_id = ?', credentialId);
  }
}
