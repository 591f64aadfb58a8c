import type { Identity } from '../../core/federation/id-token.ts';
import type { Profile } from '../types.ts';
import { first } from './sql.ts';

/** What an account is found by, and somebody else may have once it is gone. */
export type OwnedIdentifier =
  /** In its normal form. */
  { type: 'email'; value: string } | { type: 'identity'; value: Identity };

export interface RemovalRow {
  /** Whom the last mail goes to. */
  profile: Profile;
  /** Those that are not released yet. */
  identifiers: OwnedIdentifier[];
  /** Milliseconds since the epoch. */
  requestedAt: number;
}

/** What is left of a person whose account is going, until all is done. */
const KEPT = ['removal', 'event', 'event_receiver', 'logout_notice', 'outgoing_mail', 'schema_version'];

/** An account that is going. */
export class RemovalTable {
  readonly #sql: SqlStorage;

  constructor(sql: SqlStorage) {
    this.#sql = sql;
  }

  get(): RemovalRow | undefined {
    const row = first<{ profile: string; identifiers: string; requestedAt: number }>(
      this.#sql,
      'SELECT profile, identifiers, requested_at AS requestedAt FROM removal',
    );
    return (
      row && {
        profile: JSON.parse(row.profile) as Profile,
        identifiers: JSON.parse(row.identifiers) as OwnedIdentifier[],
        requestedAt: row.requestedAt,
      }
    );
  }

  insert({ profile, identifiers, requestedAt }: RemovalRow): void {
    this.#sql.exec(
      'INSERT INTO removal (only, profile, identifiers, requested_at) VALUES (1, ?, ?, ?)',
      JSON.stringify(profile),
      JSON.stringify(identifiers),
      requestedAt,
    );
  }

  setIdentifiers(identifiers: readonly OwnedIdentifier[]): void {
    this.#sql.exec('UPDATE removal SET identifiers = ?', JSON.stringify(identifiers));
  }

  /** Empties every other table, those that a later release adds as well, but for what is still to be delivered. */
  emptyTheRest(): void {
    const tables = this.#sql.exec<{ name: string }>(
      "SELECT name FROM sqlite_master WHERE type = 'table' AND name NOT GLOB '_cf_*' AND name NOT GLOB 'sqlite_*'",
    );
    for (const { name } of tables.toArray())
      if (!KEPT.includes(name)) this.#sql.exec(`DELETE FROM "${name}"`);
    this.#sql.exec('DELETE FROM event WHERE sequence <= (SELECT MIN(sequence) FROM event_receiver)');
  }
}
