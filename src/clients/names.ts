import type { Clients } from './clients.ts';

/**
 * What people call the clients that a page lists. One that is gone, or cannot be found out about just now, goes by its
 * id: the page is there to end its access, and must not fail over its name.
 */
export async function clientNames(
  clients: Clients,
  clientIds: Iterable<string>,
): Promise<(clientId: string) => string> {
  const names = new Map(
    await Promise.all(
      [...new Set(clientIds)].map(async (clientId) => {
        const client = await clients.find(clientId).catch(() => undefined);
        return [clientId, client?.clientName ?? clientId] as const;
      }),
    ),
  );
  return (clientId) => names.get(clientId) ?? clientId;
}
