import type { Agreement } from '../../core/oauth/consent.ts';
import { first, list } from './sql.ts';

export interface ConsentRow {
  clientId: string;
  agreement: Agreement;
  /** When the person first agreed to anything, in milliseconds since the epoch. */
  grantedAt: number;
}

/** `resource` is a list, `scope` the list of the scopes agreed to at each of them. */
type Stored = {
  clientId: string;
  scope: string;
  resource: string;
  claims: string;
  grantedAt: number;
};

const columns = 'client_id AS clientId, scope, resource, claims, granted_at AS grantedAt';

function read({ clientId, scope, resource, claims, grantedAt }: Stored): ConsentRow {
  const scopes = JSON.parse(scope) as string[][];
  return {
    clientId,
    agreement: {
      scopes: list(resource).map((uri, index) => ({ resource: uri, scope: scopes[index] ?? [] })),
      claims: list(claims),
    },
    grantedAt,
  };
}

/** What the person agreed that each client may have: one row for a client. */
export class ConsentTable {
  readonly #sql: SqlStorage;

  constructor(sql: SqlStorage) {
    this.#sql = sql;
  }

  get(clientId: string): ConsentRow | undefined {
    const row = first<Stored>(this.#sql, `SELECT ${columns} FROM consent WHERE client_id = ?`, clientId);
    return row && read(row);
  }

  /** The newest first. */
  all(): ConsentRow[] {
    const rows = this.#sql.exec<Stored>(`SELECT ${columns} FROM consent ORDER BY granted_at DESC, client_id`);
    return rows.toArray().map(read);
  }

  put({ clientId, agreement: { scopes, claims }, grantedAt }: ConsentRow): void {
    this.#sql.exec(
      'INSERT OR REPLACE INTO consent (client_id, scope, resource, claims, granted_at) VALUES (?, ?, ?, ?, ?)',
      clientId,
      JSON.stringify(scopes.map(({ scope }) => scope)),
      JSON.stringify(scopes.map(({ resource }) => resource)),
      JSON.stringify(claims),
      grantedAt,
    );
  }

  remove(clientId: string): void {
    this.#sql.exec('DELETE FROM consent WHERE client_id = ?', clientId);
  }

  removeAll(): void {
    this.#sql.exec('DELETE FROM consent');
  }
}
