import type { Context } from 'hono';
import * as v from 'valibot';
import type { Client, Config } from '../../config/schema.ts';
import type { TokenError } from '../../core/oauth/error.ts';
import { originOf } from '../../middleware/first-party.ts';

type Body<Schema extends v.GenericSchema> =
  | { kind: 'read'; body: v.InferOutput<Schema> }
  | { kind: 'malformed'; error: TokenError };

const malformed = (description: string): { kind: 'malformed'; error: TokenError } => ({
  kind: 'malformed',
  error: { error: 'invalid_request', description },
});

/** Reads a JSON body. Anything but application/json is refused: a form of another site cannot send that. */
export async function readJson<Schema extends v.GenericSchema>(
  c: Context,
  schema: Schema,
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
  if (parsed.success) return { kind: 'read', body: parsed.output };
  const issue = parsed.issues[0];
  return malformed(`${v.getDotPath(issue) ?? 'the body'}: ${issue.message}`);
}

/** The client that a body names, if this origin may speak for it. */
export function firstPartyClient(c: Context, config: Config, clientId: string): Client | undefined {
  const client = config.clients.find((candidate) => candidate.clientId === clientId);
  return client?.sessionOrigins.includes(originOf(c, config)) ? client : undefined;
}

export const notFirstParty: TokenError = {
  error: 'unauthorized_client',
  description: 'this origin is not one of the client’s sessionOrigins',
};
