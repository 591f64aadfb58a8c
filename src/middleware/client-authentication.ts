import type { Context } from 'hono';
import type { Client } from '../config/schema.ts';
import type { Parameters } from '../core/oauth/parameters.ts';
import { matchesSecret } from '../crypto/client-secret.ts';
import type { Dependencies } from '../dependencies.ts';
import { ASSERTION_TYPE, assertionFault, claimedClient } from './client-assertion.ts';
import { oauthError } from './failure.tsx';

/** What a request brings to show which client makes it. */
type Credentials =
  | { method: 'none'; clientId: string }
  | { method: 'client_secret_basic' | 'client_secret_post'; clientId: string; secret: string }
  | { method: 'private_key_jwt'; clientId: string; assertion: string }
  | { method: 'malformed'; error: 'invalid_request' | 'invalid_client'; description: string };

const malformed = (error: 'invalid_request' | 'invalid_client', description: string): Credentials => ({
  method: 'malformed',
  error,
  description,
});

/** RFC 6749 Appendix B. Throws URIError. */
const formDecode = (text: string): string => decodeURIComponent(text.replaceAll('+', ' '));

/** RFC 7617 §2, with both parts form-encoded first (RFC 6749 §2.3.1). */
function basicCredentials(header: string): { clientId: string; secret: string } | undefined {
  const encoded = /^Basic +([A-Za-z0-9+/]+={0,2})$/i.exec(header)?.[1];
  if (encoded === undefined) return undefined;
  try {
    const bytes = Uint8Array.from(atob(encoded), (character) => character.charCodeAt(0));
    const text = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(bytes);
    const at = text.indexOf(':');
    if (at < 0) return undefined;
    return { clientId: formDecode(text.slice(0, at)), secret: formDecode(text.slice(at + 1)) };
  } catch {
    return undefined;
  }
}

function readAssertion(parameters: Parameters, named: string | undefined): Credentials {
  if (parameters.get('client_assertion_type') !== ASSERTION_TYPE)
    return malformed('invalid_client', `client_assertion_type must be ${ASSERTION_TYPE}`);
  const assertion = parameters.get('client_assertion');
  if (assertion === undefined) return malformed('invalid_client', 'client_assertion is missing');
  const clientId = claimedClient(assertion);
  if (clientId === undefined)
    return malformed('invalid_client', 'client_assertion is not a JWT with a client_id in sub');
  // RFC 7521 §4.2: they must name the same client.
  if (named !== undefined && named !== clientId)
    return malformed('invalid_client', 'client_id is another than that of client_assertion');
  return { method: 'private_key_jwt', clientId, assertion };
}

function readCredentials(authorization: string | undefined, parameters: Parameters): Credentials {
  const named = parameters.get('client_id');
  const secret = parameters.get('client_secret');
  const asserts = parameters.has('client_assertion') || parameters.has('client_assertion_type');
  const ways = [authorization !== undefined, secret !== undefined, asserts];
  // RFC 6749 §2.3: not more than one method in a request.
  if (ways.filter(Boolean).length > 1)
    return malformed('invalid_request', 'the client authenticates in more than one way; one is enough');
  if (authorization !== undefined) {
    const basic = basicCredentials(authorization);
    if (!basic)
      return malformed('invalid_client', 'Authorization must be Basic, with the form-encoded id and secret');
    if (named !== undefined && named !== basic.clientId)
      return malformed('invalid_request', 'client_id is another than that of the Authorization header');
    return { method: 'client_secret_basic', ...basic };
  }
  if (asserts) return readAssertion(parameters, named);
  if (named === undefined) return malformed('invalid_request', 'client_id is missing');
  if (secret !== undefined) return { method: 'client_secret_post', clientId: named, secret };
  return { method: 'none', clientId: named };
}

/** One answer for all, so that nobody learns which clients there are, and how they authenticate. */
const failed = 'the client is unknown, or its credentials are not those that it is registered with';

type Needed = Pick<Dependencies, 'config' | 'clients' | 'replays' | 'issuerKeys'>;

/** Whether the credentials are right, or what is to be told of them. */
async function judge(
  dependencies: Needed,
  client: Client | undefined,
  credentials: Exclude<Credentials, { method: 'malformed' }>,
  path: string,
): Promise<true | string> {
  // Exactly the registered method: of two that are open, the weaker one would be the strength of both.
  const registered = client?.tokenEndpointAuthMethod === credentials.method ? client : undefined;
  switch (credentials.method) {
    case 'none':
      return registered ? true : failed;
    case 'client_secret_basic':
    case 'client_secret_post':
      // Hashed whether or not there is anything to compare it with: both take the same time.
      return (await matchesSecret(credentials.secret, registered?.clientSecretHashes ?? [])) || failed;
    case 'private_key_jwt': {
      if (!registered) return failed;
      const { issuer } = dependencies.config;
      // RFC 9126 §2: the issuer, the token endpoint, and the endpoint itself.
      const audience = [issuer, `${issuer}/oauth/token`, issuer + path];
      const fault = await assertionFault(dependencies, registered, credentials.assertion, audience);
      if (fault === undefined) return true;
      return fault === 'unsigned' ? failed : `client_assertion: ${fault}`;
    }
  }
}

/**
 * Which registered client makes this request, by exactly the method that it is registered with (RFC 6749 §2.3). An
 * assertion is used up by it.
 * @returns the answer to send instead when it is not known, or does not prove that it is the one.
 */
export async function authenticateClient(
  c: Context,
  dependencies: Needed,
  parameters: Parameters,
): Promise<Client | Response> {
  const authorization = c.req.header('Authorization');
  const refuse = (description: string): Response => {
    if (authorization === undefined) return oauthError(c, { error: 'invalid_client', description });
    // RFC 6749 §5.2: a client that came with the header is answered with 401 and the scheme it used.
    c.header('WWW-Authenticate', 'Basic realm="portcullis"');
    return oauthError(c, { error: 'invalid_client', description }, 401);
  };
  const credentials = readCredentials(authorization, parameters);
  if (credentials.method === 'malformed') {
    const { error, description } = credentials;
    return error === 'invalid_client' ? refuse(description) : oauthError(c, { error, description });
  }
  const client = await dependencies.clients.find(credentials.clientId);
  const verdict = await judge(dependencies, client, credentials, c.req.path);
  return verdict === true && client ? client : refuse(verdict === true ? failed : verdict);
}
