import { base64url, randomBytes } from '../../../src/crypto/bytes.ts';
import type { Environment } from '../../../src/environment.ts';
import worker, { UserObject as RealUserObject } from '../../../src/worker.ts';

// Portcullis, unchanged on its public paths, with two doors for the benchmark: one that fills a user's object with
// copies of its first family or session, one that tells what the object's storage holds and has written.

// The class below stands in for the one of the same name.
export * from '../../../src/worker.ts';

/** Counts what the object's own statements write. */
function counting(sql: SqlStorage, written: { rows: number }): void {
  const exec = sql.exec.bind(sql);
  sql.exec = ((query: string, ...bindings: unknown[]) => {
    const cursor = exec(query, ...bindings);
    // A statement that reads is done when its rows are; one that writes is done at once.
    written.rows += cursor.rowsWritten;
    return cursor;
  }) as SqlStorage['exec'];
}

export class UserObject extends RealUserObject {
  readonly #written = { rows: 0 };

  constructor(state: DurableObjectState, environment: Environment) {
    super(state, environment);
    counting(state.storage.sql, this.#written);
  }

  /** Copies a row of `table` under new random keys, with the secrets replaced, until there are `count`. */
  fill(table: 'family' | 'session', count: number): void {
    const { sql } = this.ctx.storage;
    this.ctx.storage.transactionSync(() => {
      const row = sql.exec(`SELECT * FROM ${table} ORDER BY created_at LIMIT 1`).one();
      const columns = Object.keys(row);
      const insert = `INSERT INTO ${table} (${columns}) VALUES (${columns.map(() => '?')})`;
      const present = Number(sql.exec(`SELECT count(*) AS present FROM ${table}`).one().present);
      for (let index = present; index < count; index++) {
        const copy = columns.map((column) => {
          const value = row[column];
          if (column === `${table}_id`) return base64url.encode(randomBytes(8));
          return value instanceof ArrayBuffer ? randomBytes(value.byteLength) : value;
        });
        sql.exec(insert, ...copy);
      }
    });
  }

  storage(): { bytes: number; rowsWritten: number } {
    return { bytes: this.ctx.storage.sql.databaseSize, rowsWritten: this.#written.rows };
  }
}

export default {
  async fetch(request, environment, context) {
    const { pathname, searchParams } = new URL(request.url);
    if (!pathname.startsWith('/bench/'))
      return worker.fetch?.(request, environment, context) as Promise<Response>;
    const stub = (environment.USER as unknown as DurableObjectNamespace<UserObject>).getByName(
      searchParams.get('user') ?? '',
    );
    const table = searchParams.get('fill');
    if (table === 'family' || table === 'session') await stub.fill(table, Number(searchParams.get('count')));
    return Response.json(await stub.storage());
  },
} satisfies ExportedHandler<Environment>;
