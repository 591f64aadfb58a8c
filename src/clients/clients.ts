import { configOf } from '../config/configured.ts';
import type { Client, Config } from '../config/schema.ts';
import { rootSecrets } from '../crypto/root-secret.ts';
import type { Environment } from '../environment.ts';
import { createMetadataDocuments, isDocumentUrl } from './documents.ts';
import { createRegistrations, type Registrations } from './registrations.ts';

/** Every client: those of the configuration, those that registered themselves, and those that are an address. */
export interface Clients {
  /** Throws ObjectUnavailable when it cannot be found out. */
  find(clientId: string): Promise<Client | undefined>;
}

export function createClients({
  config,
  registrations,
  documents = createMetadataDocuments({ config }),
}: {
  config: Config;
  registrations: Pick<Registrations, 'find'>;
  documents?: ((clientId: string) => Promise<Client | undefined>) | undefined;
}): Clients {
  const configured = new Map(config.clients.map((client) => [client.clientId, client]));
  return {
    async find(clientId) {
      const found = configured.get(clientId);
      if (found) return found;
      return isDocumentUrl(clientId) ? documents(clientId) : registrations.find(clientId);
    },
  };
}

/** The same from inside a Durable Object, which the platform hands nothing but the environment. */
export async function clientsOf(environment: Environment): Promise<Clients> {
  const config = configOf(environment);
  const secrets = await rootSecrets(environment);
  return createClients({
    config,
    registrations: createRegistrations({ config, secrets, namespace: environment.CLIENT }),
  });
}
