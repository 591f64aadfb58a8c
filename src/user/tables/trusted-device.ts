import { bytes, first } from './sql.ts';

export interface TrustedDeviceRow {
  deviceId: string;
  secretHash: Uint8Array;
  userAgent: string;
  place: string;
  /** Milliseconds since the epoch. */
  trustedAt: number;
}

type Stored = Omit<TrustedDeviceRow, 'secretHash'> & { secretHash: ArrayBuffer } & Record<
    string,
    SqlStorageValue
  >;

const columns = `device_id AS deviceId, secret_hash AS secretHash, user_agent AS userAgent, place,
  trusted_at AS trustedAt`;

/** The browsers that the person chose to trust: whether that still holds follows from the configuration. */
export class TrustedDeviceTable {
  readonly #sql: SqlStorage;

  constructor(sql: SqlStorage) {
    this.#sql = sql;
  }

  get(deviceId: string): TrustedDeviceRow | undefined {
    const row = first<Stored>(
      this.#sql,
      `SELECT ${columns} FROM trusted_device WHERE device_id = ?`,
      deviceId,
    );
    return row && { ...row, secretHash: bytes(row.secretHash) };
  }

  /** The newest first. */
  since(trustedAfter: number): TrustedDeviceRow[] {
    return this.#sql
      .exec<Stored>(
        `SELECT ${columns} FROM trusted_device WHERE trusted_at > ? ORDER BY trusted_at DESC`,
        trustedAfter,
      )
      .toArray()
      .map((row) => ({ ...row, secretHash: bytes(row.secretHash) }));
  }

  /** A retry of the same request finds it there already. */
  insert(row: TrustedDeviceRow): void {
    this.#sql.exec(
      `INSERT OR IGNORE INTO trusted_device (device_id, secret_hash, user_agent, place, trusted_at)
        VALUES (?, ?, ?, ?, ?)`,
      row.deviceId,
      row.secretHash,
      row.userAgent,
      row.place,
      row.trustedAt,
    );
  }

  remove(deviceId: string): void {
    this.#sql.exec('DELETE FROM trusted_device WHERE device_id = ?', deviceId);
  }

  removeAll(): void {
    this.#sql.exec('DELETE FROM trusted_device');
  }

  removeOld(trustedBefore: number): void {
    this.#sql.exec('DELETE FROM trusted_device WHERE trusted_at < ?', trustedBefore);
  }

  isEmpty(): boolean {
    return first(this.#sql, 'SELECT 1 AS found FROM trusted_device LIMIT 1') === undefined;
  }
}
