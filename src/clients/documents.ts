import { addressFault } from '../config/address.ts';
import { isLoopback, isOwn } from '../config/client-faults.ts';
import { clientContext } from '../config/load.ts';
import type { Client, Config } from '../config/schema.ts';
import { type Fetch, fetchJson } from '../verify/jwks.ts';
import { memory } from '../verify/memory.ts';
import { judgeMetadata } from './metadata.ts';

// A client id that is the address of a document about the client (draft-ietf-oauth-client-id-metadata-document).

/** The draft recommends 5 KB; a client with its keys by value may need more. */
const MAXIMUM_BYTES = 16 * 1024;
const TIMEOUT_MILLISECONDS = 3_000;
/** Bounds of how long a document is kept, whatever its server says, and what counts if it says nothing. Seconds. */
const MINIMUM_AGE = 60;
const MAXIMUM_AGE = 60 * 60;
const DEFAULT_AGE = 5 * 60;
/** For how long after that a document counts while its server gives no answer, in milliseconds. */
const STALE_FOR = 60 * 60 * 1000;
const MAXIMUM_KNOWN = 200;
/** As the configuration has it for every client id. */
const MAXIMUM_URL_LENGTH = 200;

interface Kept {
  client: Client;
  /** Milliseconds since the epoch. */
  freshUntil: number;
}

/** Whether a client id has the form of an address, whatever may be there. */
export const isDocumentUrl = (clientId: string): boolean => /^https?:\/\//.test(clientId);

/** Where a client that is no operator's describes itself, as people know it: the one thing that it cannot make up. */
export const documentHost = ({
  clientId,
  firstParty,
}: Pick<Client, 'clientId' | 'firstParty'>): string | undefined =>
  !firstParty && isDocumentUrl(clientId) ? new URL(clientId).host : undefined;

export interface DocumentsOptions {
  config: Config;
  /** Default the platform's own. */
  fetch?: Fetch | undefined;
  /** Milliseconds since the epoch. */
  now?: (() => number) | undefined;
}

/** The server answered, and not with a document. */
class NoDocument extends Error {}

/**
 * Clients by the address of their document.
 * @returns a function of the client id; undefined for whatever is no such client. It keeps good documents in the
 *   isolate's memory, bounded in number and time, and never a failure.
 */
export function createMetadataDocuments({ config, now = Date.now, ...options }: DocumentsOptions) {
  const policy = config.clientIdMetadataDocuments;
  const context = clientContext(config, true);
  const isDevelopment = config.environment === 'development';
  const known = memory<Kept>(MAXIMUM_KNOWN);
  const request: Fetch = options.fetch ?? ((url, init) => fetch(url, init));

  /** §3: https, a path, neither fragment nor user nor dot segments; and nothing that must not be fetched. */
  function isFetchable(clientId: string): boolean {
    if (clientId.length > MAXIMUM_URL_LENGTH || clientId.includes('#')) return false;
    const url = URL.parse(clientId);
    // In the one spelling that a parser leaves as it is: it has a path, and no dot segments.
    if (!url || url.href !== clientId || url.username || url.password) return false;
    // A Worker's fetch to its own zone comes from inside.
    if (isOwn(url, context)) return false;
    return isDevelopment && isLoopback(url) ? true : addressFault(clientId) === undefined;
  }

  const fetchDocument: Fetch = async (url, init) => {
    const response = await request(url, init);
    const type = response.headers.get('Content-Type')?.split(';')[0]?.trim().toLowerCase() ?? '';
    // §5: 200 is the only success, and a redirect is none.
    const isDocument = response.status === 200 && /^application\/(?:[\w.+-]+\+)?json$/.test(type);
    if (isDocument) return response;
    await response.body?.cancel();
    if (response.status >= 500) throw new Error(`status ${response.status}`);
    throw new NoDocument(`status ${response.status}, ${type}`);
  };

  /** What the document says, judged like a registration. */
  function clientOf(clientId: string, document: unknown): Client | undefined {
    if (policy.kind === 'closed' || typeof document !== 'object' || document === null) return undefined;
    const metadata = document as Record<string, unknown>;
    // §4: equal as a string, or it is somebody else's.
    if (metadata.client_id !== clientId) return undefined;
    // §4: nobody could have agreed on a secret.
    if ('client_secret' in metadata || 'client_secret_expires_at' in metadata) return undefined;
    const method = metadata.token_endpoint_auth_method ?? 'none';
    if (method !== 'none' && method !== 'private_key_jwt') return undefined;
    const judged = judgeMetadata(
      { client_name: new URL(clientId).host, ...metadata },
      { clientId, clientSecretHashes: [], tokenEndpointAuthMethod: method },
      policy,
      context,
    );
    return judged.kind === 'accepted' ? judged.client : undefined;
  }

  return async (clientId: string): Promise<Client | undefined> => {
    if (policy.kind === 'closed' || !isFetchable(clientId)) return undefined;
    const askedAt = now();
    const kept = known.get(clientId);
    if (kept && kept.freshUntil > askedAt) return kept.client;
    try {
      const { value, maxAgeSeconds = DEFAULT_AGE } = await fetchJson(clientId, {
        fetch: fetchDocument,
        signal: AbortSignal.timeout(TIMEOUT_MILLISECONDS),
        maximumBytes: MAXIMUM_BYTES,
      });
      const client = clientOf(clientId, value);
      const age = Math.min(Math.max(maxAgeSeconds, MINIMUM_AGE), MAXIMUM_AGE);
      // §5.2: neither an error nor a document that is malformed may be kept.
      if (client) known.set(clientId, { client, freshUntil: askedAt + age * 1000 });
      return client;
    } catch (error) {
      // A TypeError of ours says that what came is no JSON; the platform's says that nothing came.
      const answered =
        error instanceof NoDocument || (error instanceof TypeError && error.message === 'not JSON');
      return !answered && kept && kept.freshUntil + STALE_FOR > askedAt ? kept.client : undefined;
    }
  };
}
