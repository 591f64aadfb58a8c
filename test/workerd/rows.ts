import { runInDurableObject } from 'cloudflare:test';

/** Rows that SQLite writes meanwhile, those of indexes included, as Durable Objects are billed. */
export async function rowsWritten(stub: DurableObjectStub, act: () => Promise<unknown>): Promise<number> {
  let rows = 0;
  const restore = await runInDurableObject(stub, (_, state) => {
    const { sql } = state.storage;
    const real = sql.exec.bind(sql);
    Object.defineProperty(sql, 'exec', {
      configurable: true,
      value: (...query: Parameters<typeof real>) => {
        const cursor = real(...query);
        rows += cursor.rowsWritten;
        return cursor;
      },
    });
    return () => Reflect.deleteProperty(sql, 'exec');
  });
  await act();
  await runInDurableObject(stub, () => restore());
  return rows;
}
