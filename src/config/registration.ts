import * as v from 'valibot';
import { grantTypeNames } from './client.ts';
import { absoluteUri, day, scopeToken, seconds, secretHash } from './values.ts';

/** What a client that is not in the configuration may have at most. It gets the rest of its metadata from itself. */
const allowed = {
  /** What it may ask for, once its people consent. Default openid, profile, email and offline_access. */
  scope: v.optional(v.pipe(v.array(scopeToken), v.minLength(1)), [
    'openid',
    'profile',
    'email',
    'offline_access',
  ]),
  /** Resource indicators (RFC 8707) it may ask for; the first is the default audience. Default none. */
  resources: v.optional(v.array(absoluteUri), []),
  /** Default authorization_code and refresh_token. Token exchange needs a policy of each client's own. */
  grantTypes: v.optional(
    v.pipe(
      v.array(v.picklist(grantTypeNames.filter((name) => !name.endsWith(':token-exchange')))),
      v.minLength(1),
    ),
    ['authorization_code', 'refresh_token'],
  ),
};

const registered = {
  ...allowed,
  /** A registration that no request has named for this many seconds is removed. 1 hour to 400 days, default 90 days. */
  unusedSeconds: v.optional(seconds(60 * 60, 400 * day), 90 * day),
};

/** Who may register a client by POST /oauth/register (RFC 7591). Default nobody. */
export const registration = v.optional(
  v.variant('kind', [
    /** Nobody, and those who did are not known any more. */
    v.strictObject({ kind: v.literal('closed') }),
    /** Anybody, as MCP clients do that have never heard of this issuer. */
    v.strictObject({ kind: v.literal('open'), ...registered }),
    /** Whoever has one of these tokens. Without any, nobody can register, and those who did can go on. */
    v.strictObject({
      kind: v.literal('initial-access-token'),
      /** base64url of the SHA-256 of each; `npm run client-secret` makes a token and its hash. */
      tokenHashes: v.array(secretHash),
      ...registered,
    }),
  ]),
  { kind: 'closed' },
);

/**
 * Whether a client id may be the https address of a document that says what the client is
 * (draft-ietf-oauth-client-id-metadata-document). Default closed.
 */
export const clientIdMetadataDocuments = v.optional(
  v.variant('kind', [
    v.strictObject({ kind: v.literal('closed') }),
    v.strictObject({ kind: v.literal('open'), ...allowed }),
  ]),
  { kind: 'closed' },
);

export type Registration = v.InferOutput<typeof registration>;
export type ClientIdMetadataDocuments = v.InferOutput<typeof clientIdMetadataDocuments>;
/** The bounds of one of them, where it is open. */
export type Allowed = Extract<ClientIdMetadataDocuments, { kind: 'open' }>;
