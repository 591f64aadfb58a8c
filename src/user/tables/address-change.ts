import { first } from './sql.ts';

/** A change of address that is made, and of which the two addresses' own objects have yet to hear. */
export interface AddressChangeRow {
  /** The address that the account has now, and is to be found by. */
  address: string;
  /** The one before. It stays the account's until the new one is, and is released then. */
  former: string;
  formerVerified: boolean;
  /** Whether the sign-up had yet to see to it that the address before was the account's. */
  formerUnclaimed: boolean;
}

/** There is one at a time. */
export class AddressChangeTable {
  readonly #sql: SqlStorage;

  constructor(sql: SqlStorage) {
    this.#sql = sql;
  }

  get(): AddressChangeRow | undefined {
    const row = first<{ address: string; former: string; verified: number; unclaimed: number }>(
      this.#sql,
      `SELECT address, former, former_verified AS verified, former_unclaimed AS unclaimed FROM address_change`,
    );
    return (
      row && {
        address: row.address,
        former: row.former,
        formerVerified: row.verified === 1,
        formerUnclaimed: row.unclaimed === 1,
      }
    );
  }

  insert({ address, former, formerVerified, formerUnclaimed }: AddressChangeRow): void {
    this.#sql.exec(
      `INSERT INTO address_change (only, address, former, former_verified, former_unclaimed)
        VALUES (1, ?, ?, ?, ?)`,
      address,
      former,
      formerVerified ? 1 : 0,
      formerUnclaimed ? 1 : 0,
    );
  }

  remove(): void {
    this.#sql.exec('DELETE FROM address_change');
  }
}
