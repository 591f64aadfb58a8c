/** The first row of a query, or undefined. */
export const first = <Row extends Record<string, SqlStorageValue>>(
  sql: SqlStorage,
  query: string,
  ...bindings: unknown[]
): Row | undefined => sql.exec<Row>(query, ...bindings).toArray()[0];

export const bytes = (value: ArrayBuffer): Uint8Array => new Uint8Array(value);
export const list = (json: string): string[] => JSON.parse(json) as string[];
