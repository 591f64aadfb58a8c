import type { Context } from 'hono';
import * as v from 'valibot';
import type { Client } from '../../config/schema.ts';
import type { TokenError } from '../../core/oauth/error.ts';
import type { Dependencies } from '../../dependencies.ts';
import { oauthError } from '../../middleware/failure.tsx';
import { originOf } from '../../middleware/first-party.ts';

type Body<Schema extends v.GenericSchema> =
  | { kind: 'read'; body: v.InferOutput<Schema> }
  | { kind: 'malformed'; error: TokenError };

const malformed = (description: string): { kind: 'malformed'; error: TokenError } => ({
  kind: 'malformed',
  error: { error: 'invalid_request', description },
});

/**
 * Reads a JSON body. Anything but application/json is refused: a form of another site cannot send that.
 * @param form what the body must be, in words for the developer.
 */
export async function readJson<Schema extends v.GenericSchema>(
  c: Context,
  schema: Schema,
  form: string,
): Promise<Body<Schema>> {
  const type = c.req.header('Content-Type')?.split(';')[0]?.trim().toLowerCase();
  if (type !== 'application/json') return malformed('the Content-Type must be application/json');
  let json: unknown;
  try {
    json = JSON.parse(await c.req.text());
  } catch {
    return malformed('the body is not JSON');
  }
  const parsed = v.safeParse(schema, json);
  // Told in words of our own: a library's would quote what was sent, a mistyped password among it.
  return parsed.success ? { kind: 'read', body: parsed.output } : malformed(`the body must be ${form}`);
}

/** The client that a body names, if this origin may speak for it. */
export async function firstPartyClient(
  c: Context,
  { clients, config }: Dependencies,
  clientId: string,
): Promise<Client | undefined> {
  const client = await clients.find(clientId);
  return client?.sessionOrigins.includes(originOf(c, config)) ? client : undefined;
}

export const notFirstParty: TokenError = {
  error: 'unauthorized_client',
  description:
    'this origin is not one of the sessionOrigins of the client: add it there, or use the key-bound transport, which needs none',
};

/** What the session API is made of and a client may not do, or nothing. */
export function missingGrant(client: Client, ...needed: Client['grantTypes']): TokenError | undefined {
  const missing = needed.find((grantType) => !client.grantTypes.includes(grantType));
  if (missing === undefined) return undefined;
  const description = `the session API needs ${missing} in the grantTypes of the client`;
  return { error: 'unauthorized_client', description };
}

/** Nobody is signed in in this browser. */
export const notSignedIn = (c: Context): Response =>
  oauthError(
    c,
    { error: 'invalid_grant', description: 'nobody is signed in here', cause: 'no_session' },
    401,
  );
