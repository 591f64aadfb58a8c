import { env, runInDurableObject } from 'cloudflare:test';
import { createIdentifiers } from '../../src/identifier/identifiers.ts';

const identifiers = createIdentifiers(env.IDENTIFIER);

/** The object of whoever has this email. */
export async function objectOf(email: string) {
  const userId = await identifiers.lookup(email);
  if (userId === undefined) throw new Error('nobody has this email');
  return env.USER.getByName(userId);
}

/** Runs SQL in somebody's object. */
export async function sqlOf(
  { email }: { email: string },
  query: string,
  ...bindings: unknown[]
): Promise<Record<string, SqlStorageValue>[]> {
  return runInDurableObject(await objectOf(email), (_, state) =>
    state.storage.sql.exec(query, ...bindings).toArray(),
  );
}

/** What somebody's object wrote down of one type of event, the oldest first. */
export async function eventsOf(person: { email: string }, type: string): Promise<Record<string, unknown>[]> {
  const rows = await sqlOf(person, 'SELECT detail FROM event WHERE type = ? ORDER BY rowid', type);
  return rows.map(({ detail }) => JSON.parse(String(detail)) as Record<string, unknown>);
}
