import type { Client, Config } from '../config/schema.ts';

/** The registered clients: those of the configuration, and those that registered themselves. */
export interface Clients {
  /** Throws ObjectUnavailable when it cannot be found out. */
  find(clientId: string): Promise<Client | undefined>;
}

export function createClients({ config }: { config: Config }): Clients {
  const configured = new Map(config.clients.map((client) => [client.clientId, client]));
  return { find: async (clientId) => configured.get(clientId) };
}
