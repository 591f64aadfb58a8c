import { takesSecret } from '../config/client-faults.ts';
import { clientContext } from '../config/load.ts';
import type { Client, Config } from '../config/schema.ts';
import { base64url, randomBytes, sha256 } from '../crypto/bytes.ts';
import { matchesSecret } from '../crypto/client-secret.ts';
import type { RootSecrets } from '../crypto/root-secret.ts';
import { callObject } from '../durable/call.ts';
import { memory } from '../verify/memory.ts';
import { clientObjectName, newClientId } from './client-id.ts';
import { type Judged, judgeMetadata, type Metadata, type MetadataRefusal, metadataOf } from './metadata.ts';
import type { ClientObject, StoredClient } from './object.ts';

/** For how long an isolate goes on with what it knows of a client: as long as a removal or a change may take. */
export const CLIENT_CACHE_SECONDS = 60;
const MAXIMUM_KNOWN = 500;

/** What a registration is answered with. */
export interface Registered {
  kind: 'registered';
  client: Client;
  /** Milliseconds since the epoch. */
  issuedAt: number;
  registrationAccessToken: string;
  /** Only when it was made just now. */
  clientSecret?: string | undefined;
}

/**
 * Clients that registered themselves (RFC 7591), in an object each. All of them throw ObjectUnavailable when the object
 * gives no answer, and know nobody where registration is closed.
 */
export interface Registrations {
  /** From the isolate's memory for CLIENT_CACHE_SECONDS, otherwise one object call; none for an id that is not ours. */
  find(clientId: string): Promise<Client | undefined>;
  register(metadata: Metadata): Promise<Registered | MetadataRefusal>;
  /** The rest is for whoever has the registration access token (RFC 7592); undefined if it is not the client's. */
  read(clientId: string, token: string): Promise<Registered | undefined>;
  update(
    clientId: string,
    token: string,
    metadata: Metadata,
  ): Promise<Registered | MetadataRefusal | undefined>;
  remove(clientId: string, token: string): Promise<boolean>;
}

/** A prefix that a secret scanner can match, then 32 random bytes. */
const secretText = (prefix: string): string => prefix + base64url.encode(randomBytes(32));
const hashOf = async (text: string): Promise<string> => base64url.encode(await sha256(text));

/** RFC 7591 §2: the method of a client that names none. */
const methodOf = ({ token_endpoint_auth_method: method }: Metadata) =>
  (method ?? 'client_secret_basic') as Client['tokenEndpointAuthMethod'];

export function createRegistrations({
  config,
  secrets,
  namespace,
}: {
  config: Config;
  secrets: RootSecrets;
  namespace: DurableObjectNamespace<ClientObject>;
}): Registrations {
  const known = memory<{ client: Client | undefined; until: number }>(MAXIMUM_KNOWN);
  const context = clientContext(config, true);

  const at = <T>(name: string, use: (stub: DurableObjectStub<ClientObject>) => Promise<T>): Promise<T> =>
    callObject('ClientObject', () => namespace.getByName(name), use);

  const policy = config.registration;
  const unusedFor = policy.kind === 'closed' ? 0 : policy.unusedSeconds * 1000;

  /** Judged anew each time: what the configuration allows no longer, nobody has any more. */
  function judge(clientId: string, metadata: Metadata, secretHash: string | null): Judged {
    if (policy.kind === 'closed') throw new Error('registration is closed');
    const { scope, resources, grantTypes } = policy;
    const clientSecretHashes = secretHash === null ? [] : [secretHash];
    return judgeMetadata(
      metadata,
      { clientId, clientSecretHashes, tokenEndpointAuthMethod: methodOf(metadata) },
      { kind: 'open', scope, resources, grantTypes },
      context,
    );
  }

  function clientOf(clientId: string, stored: StoredClient | undefined): Client | undefined {
    if (!stored) return undefined;
    const judged = judge(clientId, JSON.parse(stored.metadata), stored.secretHash);
    return judged.kind === 'accepted' ? judged.client : undefined;
  }

  /** @param askedAt milliseconds since the epoch, before the object was asked. */
  function keep(clientId: string, client: Client | undefined, askedAt: number): void {
    known.set(clientId, { client, until: askedAt + CLIENT_CACHE_SECONDS * 1000 });
  }

  /** The object that a token may be for, and the token's hash. */
  async function managed(clientId: string, token: string) {
    if (policy.kind === 'closed') return undefined;
    const name = await clientObjectName(secrets, clientId);
    return name === undefined ? undefined : { name, tokenHash: await sha256(token) };
  }

  return {
    async find(clientId) {
      if (policy.kind === 'closed') return undefined;
      const askedAt = Date.now();
      const remembered = known.get(clientId);
      if (remembered && remembered.until > askedAt) return remembered.client;
      const name = await clientObjectName(secrets, clientId);
      if (name === undefined) return undefined;
      const client = clientOf(clientId, await at(name, async (stub) => stub.find(unusedFor)));
      keep(clientId, client, askedAt);
      return client;
    },

    async register(metadata) {
      const clientId = await newClientId(secrets);
      const clientSecret = takesSecret(methodOf(metadata)) ? secretText('pc_cs_') : undefined;
      const secretHash = clientSecret === undefined ? null : await hashOf(clientSecret);
      const judged = judge(clientId, metadata, secretHash);
      if (judged.kind === 'refused') return judged;
      const { client } = judged;
      const registrationAccessToken = secretText('pc_ra_');
      const name = (await clientObjectName(secrets, clientId)) ?? '';
      const tokenHash = await sha256(registrationAccessToken);
      const row = { metadata: JSON.stringify(metadataOf(client)), secretHash };
      const issuedAt = await at(name, async (stub) => stub.register(row, tokenHash, unusedFor));
      return { kind: 'registered', client, issuedAt, registrationAccessToken, clientSecret };
    },

    async read(clientId, token) {
      const by = await managed(clientId, token);
      const stored = by && (await at(by.name, async (stub) => stub.read(by.tokenHash)));
      const client = clientOf(clientId, stored);
      if (!stored || !client) return undefined;
      return { kind: 'registered', client, issuedAt: stored.issuedAt, registrationAccessToken: token };
    },

    async update(clientId, token, metadata) {
      const by = await managed(clientId, token);
      const before = by && (await at(by.name, async (stub) => stub.read(by.tokenHash)));
      if (!by || !before) return undefined;
      // RFC 7592 §2.2: a client names its secret only as it is; it never chooses one.
      const { client_secret: presented } = metadata;
      if (presented !== undefined && !(await isSecret(presented, before.secretHash))) {
        const description = 'client_secret: must be the one that was issued';
        return { kind: 'refused', error: 'invalid_client_metadata', description };
      }
      const newSecret = takesSecret(methodOf(metadata)) ? secretText('pc_cs_') : undefined;
      const newSecretHash = newSecret === undefined ? null : await hashOf(newSecret);
      const judged = judge(clientId, metadata, newSecretHash);
      if (judged.kind === 'refused') return judged;
      const askedAt = Date.now();
      const text = JSON.stringify(metadataOf(judged.client));
      const after = await at(by.name, async (stub) => stub.update(by.tokenHash, text, newSecretHash));
      const client = clientOf(clientId, after);
      if (!after || !client) return undefined;
      keep(clientId, client, askedAt);
      const clientSecret = after.secretHash === newSecretHash ? newSecret : undefined;
      const { issuedAt } = after;
      return { kind: 'registered', client, issuedAt, registrationAccessToken: token, clientSecret };
    },

    async remove(clientId, token) {
      const by = await managed(clientId, token);
      if (!by) return false;
      const attempt = crypto.randomUUID();
      const askedAt = Date.now();
      const removed = await at(by.name, async (stub) => stub.remove(by.tokenHash, attempt));
      if (removed) keep(clientId, undefined, askedAt);
      return removed;
    },
  };
}

const isSecret = async (presented: unknown, secretHash: string | null): Promise<boolean> =>
  typeof presented === 'string' && secretHash !== null && matchesSecret(presented, [secretHash]);
