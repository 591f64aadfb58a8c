import type { Context } from 'hono';
import * as v from 'valibot';
import { type Metadata, metadataOf } from '../../clients/metadata.ts';
import type { Registered } from '../../clients/registrations.ts';
import { matchesSecret } from '../../crypto/client-secret.ts';
import type { Dependencies } from '../../dependencies.ts';
import { readJson } from '../session/request.ts';

type ErrorCode =
  | 'invalid_redirect_uri'
  | 'invalid_client_metadata'
  | 'invalid_software_statement'
  | 'unapproved_software_statement'
  | 'invalid_token'
  | 'access_denied';

/** RFC 7591 §3.2.2 and RFC 6749 §5.2: printable ASCII without quotes and backslashes. */
const plain = (description: string): string =>
  description.replace(/[^\x20-\x21\x23-\x5b\x5d-\x7e]/g, '?').slice(0, 300);

function refuse(c: Context, error: ErrorCode, description: string, status: 400 | 401 | 403 = 400): Response {
  c.header('Cache-Control', 'no-store');
  // RFC 6750 §3.
  if (status === 401) c.header('WWW-Authenticate', `Bearer error="${error}"`);
  return c.json({ error, error_description: plain(description) }, status);
}

const bearer = (c: Context): string | undefined =>
  /^Bearer ([A-Za-z0-9._~+/-]+=*)$/i.exec(c.req.header('Authorization') ?? '')?.[1];

/** RFC 7591 §3.2.1, RFC 7592 §3. */
function answer(c: Context, { config }: Dependencies, registered: Registered, status: 200 | 201): Response {
  const { client, clientSecret } = registered;
  c.header('Cache-Control', 'no-store');
  c.header('Pragma', 'no-cache');
  return c.json(
    {
      client_id: client.clientId,
      client_id_issued_at: Math.floor(registered.issuedAt / 1000),
      // It never expires by itself.
      ...(clientSecret !== undefined && { client_secret: clientSecret, client_secret_expires_at: 0 }),
      ...metadataOf(client),
      registration_client_uri: `${config.issuer}/oauth/register/${client.clientId}`,
      registration_access_token: registered.registrationAccessToken,
    },
    status,
  );
}

const jsonObject = v.pipe(
  v.unknown(),
  v.check((value) => !Array.isArray(value)),
  v.record(v.string(), v.unknown()),
);

/** The metadata that a request brings, or what is wrong with it as a whole. */
async function readMetadata(c: Context): Promise<Metadata | Response> {
  const read = await readJson(c, jsonObject, 'a JSON object');
  if (read.kind === 'malformed') return refuse(c, 'invalid_client_metadata', read.error.description);
  const { software_statement: statement } = read.body;
  if (statement === undefined || statement === null) return read.body;
  // RFC 7591 §2.3: what it says would go before everything else. Nobody's statements are trusted here.
  return typeof statement === 'string' && /^[\w-]+\.[\w-]+\.[\w-]+$/.test(statement)
    ? refuse(c, 'unapproved_software_statement', 'software statements are not taken here')
    : refuse(c, 'invalid_software_statement', 'software_statement must be a signed JWT');
}

/** Whether the request may register a client (RFC 7591 §3). */
async function mayRegister(c: Context, { config }: Dependencies): Promise<Response | undefined> {
  const policy = config.registration;
  if (policy.kind === 'closed') return refuse(c, 'access_denied', 'registration is closed', 403);
  if (policy.kind === 'open') return undefined;
  const token = bearer(c);
  if (token !== undefined && (await matchesSecret(token, policy.tokenHashes))) return undefined;
  return refuse(c, 'invalid_token', 'send an initial access token as Authorization: Bearer', 401);
}

/** POST /oauth/register: RFC 7591. */
export const register = (dependencies: Dependencies) => async (c: Context) => {
  const refusal = await mayRegister(c, dependencies);
  if (refusal) return refusal;
  const metadata = await readMetadata(c);
  if (metadata instanceof Response) return metadata;
  const outcome = await dependencies.registrations.register(metadata);
  if (outcome.kind === 'refused') return refuse(c, outcome.error, outcome.description);
  return answer(c, dependencies, outcome, 201);
};

/** RFC 7592 §2: 401 as well when there is no such client, so that nobody learns which there are. */
const unauthorized = (c: Context): Response =>
  refuse(c, 'invalid_token', 'the registration access token is not that of this client', 401);

/** RFC 7592 §2.1. */
const readRegistration = (dependencies: Dependencies) => async (c: Context) => {
  const token = bearer(c);
  const found = token && (await dependencies.registrations.read(c.req.param('client_id') ?? '', token));
  return found ? answer(c, dependencies, found, 200) : unauthorized(c);
};

/** Members that only we say (RFC 7592 §2.2). */
const notTheirs = [
  'registration_access_token',
  'registration_client_uri',
  'client_secret_expires_at',
  'client_id_issued_at',
];

/** RFC 7592 §2.2: what the request leaves out is gone. */
const updateRegistration = (dependencies: Dependencies) => async (c: Context) => {
  const token = bearer(c);
  if (!token) return unauthorized(c);
  const clientId = c.req.param('client_id') ?? '';
  const metadata = await readMetadata(c);
  if (metadata instanceof Response) return metadata;
  if (metadata.client_id !== clientId) {
    return refuse(c, 'invalid_client_metadata', 'client_id: must be the one of this client');
  }
  const stray = notTheirs.find((member) => metadata[member] !== undefined);
  if (stray) return refuse(c, 'invalid_client_metadata', `${stray}: must be left out`);
  const outcome = await dependencies.registrations.update(clientId, token, metadata);
  if (!outcome) return unauthorized(c);
  if (outcome.kind === 'refused') return refuse(c, outcome.error, outcome.description);
  return answer(c, dependencies, outcome, 200);
};

/** RFC 7592 §2.3. */
const removeRegistration = (dependencies: Dependencies) => async (c: Context) => {
  const token = bearer(c);
  const removed =
    token !== undefined && (await dependencies.registrations.remove(c.req.param('client_id') ?? '', token));
  if (!removed) return unauthorized(c);
  return c.body(null, 204, { 'Cache-Control': 'no-store', Pragma: 'no-cache' });
};

/** GET, PUT and DELETE /oauth/register/:client_id: RFC 7592, with the registration access token. */
export const manageRegistration = (dependencies: Dependencies) => {
  const read = readRegistration(dependencies);
  const update = updateRegistration(dependencies);
  const remove = removeRegistration(dependencies);
  return (c: Context) => {
    if (c.req.method === 'PUT') return update(c);
    return c.req.method === 'DELETE' ? remove(c) : read(c);
  };
};
