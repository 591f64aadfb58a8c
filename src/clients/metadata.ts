import * as v from 'valibot';
import { type Client, client as clientSchema } from '../config/client.ts';
import { type ClientContext, clientFaults, isLoopback, isPrivateUse } from '../config/client-faults.ts';
import type { Allowed } from '../config/registration.ts';

// Client metadata as it goes over the wire: RFC 7591 §2, OpenID Connect Registration §2 and the RFCs that add to them.

/** What a client may say of itself. Everything else is ignored (RFC 7591 §2). */
const members = [
  'clientName',
  'clientUri',
  'policyUri',
  'tosUri',
  'applicationType',
  'redirectUris',
  'postLogoutRedirectUris',
  'backchannelLogoutUri',
  'frontchannelLogoutUri',
  'scope',
  'grantTypes',
  'tokenEndpointAuthMethod',
  'jwks',
  'jwksUri',
  'requirePushedAuthorizationRequests',
  'requireSignedRequestObject',
  'dpopBoundAccessTokens',
  'idTokenSignedResponseAlg',
  'userinfoSignedResponseAlg',
  'defaultMaxAge',
] as const satisfies readonly (keyof Client)[];

/** The name of a client's member on the wire: `redirectUris` is `redirect_uris`. The two never differ otherwise. */
const wireName = (member: string): string => member.replace(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`);

export type Metadata = Record<string, unknown>;

/** Characters of JSON that one client may take up. */
const MAXIMUM_LENGTH = 16 * 1024;
const MAXIMUM_ENTRIES = 20;
const MAXIMUM_NAME_LENGTH = 100;

/** RFC 7591 §3.2.2. */
export interface MetadataRefusal {
  kind: 'refused';
  error: 'invalid_redirect_uri' | 'invalid_client_metadata';
  /** For the client's developer. */
  description: string;
}
export type Judged = { kind: 'accepted'; client: Client } | MetadataRefusal;

function refused(member: keyof Client, message: string): MetadataRefusal {
  const error = member === 'redirectUris' ? 'invalid_redirect_uri' : 'invalid_client_metadata';
  return { kind: 'refused', error, description: `${wireName(member)}: ${message}` };
}

/** What the client says, by our names. Null counts as absent (RFC 7592 §2.2). */
function said(metadata: Metadata): Partial<Record<(typeof members)[number], unknown>> {
  const entries = members.map((member) => [member, metadata[wireName(member)]] as const);
  return Object.fromEntries(entries.filter(([, value]) => value !== undefined && value !== null));
}

const strings = (value: unknown): string[] | undefined =>
  Array.isArray(value) && value.every((entry) => typeof entry === 'string') ? value : undefined;

/** Whether keys are as RFC 7517 has them. What is nested deeper could be so deep that writing it down fails. */
const isFlat = (jwks: unknown): boolean =>
  typeof jwks === 'object' &&
  jwks !== null &&
  Object.keys(jwks).join() === 'keys' &&
  Object.values(jwks)
    .flat()
    .every(
      (key) =>
        typeof key === 'object' &&
        key !== null &&
        Object.values(key).every((value) => typeof value === 'string' || strings(value) !== undefined),
    );

/** RFC 7591 §2 lets a server give less than was asked for, and tell what it gave. Nothing at all is a refusal. */
function granted<T extends string>(
  asked: readonly string[] | undefined,
  allowed: readonly T[],
): T[] | undefined {
  const given = asked ? allowed.filter((entry) => asked.includes(entry)) : [...allowed];
  return given.length > 0 ? given : undefined;
}

/**
 * OpenID Connect Registration §2 says `web` for one that does not say; but apps on the person's own machine seldom say
 * so, and their redirect URIs do.
 */
function applicationTypeOf(redirectUris: readonly string[]): Client['applicationType'] {
  const urls = redirectUris.map((uri) => URL.parse(uri));
  const isNative = urls.length > 0 && urls.every((url) => url && (isLoopback(url) || isPrivateUse(url)));
  return isNative ? 'native' : 'web';
}

/** A name without what could make it look like something else, or like none: line breaks, controls, what is unseen. */
const plainName = (name: unknown): unknown =>
  typeof name === 'string' ? name.replace(/[\s\p{C}\p{DI}]+/gu, ' ').trim() || undefined : name;

/**
 * Makes a client of what it says of itself, within what is allowed to such clients.
 * @param clientSecretHashes of the secret that it has, if it has one.
 */
export function judgeMetadata(
  metadata: Metadata,
  given: Pick<Client, 'clientId' | 'clientSecretHashes' | 'tokenEndpointAuthMethod'>,
  allowed: Allowed,
  context: ClientContext,
): Judged {
  const asked = said(metadata);
  for (const member of ['redirectUris', 'postLogoutRedirectUris', 'jwks'] as const) {
    const value = member === 'jwks' ? (asked.jwks as { keys?: unknown } | undefined)?.keys : asked[member];
    if (Array.isArray(value) && value.length > MAXIMUM_ENTRIES) {
      return refused(member, `more than ${MAXIMUM_ENTRIES} entries`);
    }
  }
  if (asked.jwks !== undefined && !isFlat(asked.jwks)) {
    return refused('jwks', 'must be a JWK Set of members that are strings, or arrays of them');
  }
  const redirectUris = asked.redirectUris === undefined ? [] : strings(asked.redirectUris);
  if (!redirectUris) return refused('redirectUris', 'must be an array of strings');

  // RFC 7591 §2: omitted, it is the authorization code grant.
  const askedGrantTypes = asked.grantTypes === undefined ? ['authorization_code'] : strings(asked.grantTypes);
  if (!askedGrantTypes) return refused('grantTypes', 'must be an array of strings');
  const grantTypes = granted(askedGrantTypes, allowed.grantTypes);
  if (!grantTypes) return refused('grantTypes', `must hold one of ${allowed.grantTypes.join(', ')}`);
  const responseTypes = metadata.response_types ?? undefined;
  // RFC 7591 §2.1: grant types and response types must fit.
  if (
    responseTypes !== undefined &&
    grantTypes.includes('authorization_code') &&
    !strings(responseTypes)?.includes('code')
  ) {
    return refused('grantTypes', 'authorization_code needs the response type code');
  }
  if (asked.scope !== undefined && typeof asked.scope !== 'string') {
    return refused('scope', 'must be a string of scope values with spaces between them');
  }
  const scope = granted(asked.scope?.split(' ').filter(Boolean), allowed.scope);
  if (!scope) return refused('scope', `must hold one of ${allowed.scope.join(' ')}`);

  const clientName = plainName(asked.clientName) ?? URL.parse(redirectUris[0] ?? '')?.host ?? '';
  if (typeof clientName === 'string' && clientName.length > MAXIMUM_NAME_LENGTH) {
    return refused('clientName', `must be at most ${MAXIMUM_NAME_LENGTH} characters`);
  }
  const parsed = v.safeParse(clientSchema, {
    applicationType: applicationTypeOf(redirectUris),
    ...asked,
    ...given,
    clientName: clientName || given.clientId,
    redirectUris,
    grantTypes,
    scope,
    resources: allowed.resources,
  });
  if (!parsed.success) {
    const [issue] = parsed.issues;
    const member = String(issue.path?.[0]?.key ?? 'clientId') as keyof Client;
    // A library's own words quote what was sent.
    return refused(
      member,
      issue.message.startsWith('must ') ? issue.message : 'is not of the form that it must have',
    );
  }
  const client = parsed.output;
  if (JSON.stringify(metadataOf(client)).length > MAXIMUM_LENGTH) {
    return refused('clientId', `the metadata is more than ${MAXIMUM_LENGTH} characters`);
  }
  const [fault] = clientFaults(client, context);
  return fault ? refused(fault.member, fault.message) : { kind: 'accepted', client };
}

/** What a client is, as a registration answers it (RFC 7591 §3.2.1); `judgeMetadata` makes the same client of it. */
export function metadataOf(client: Client): Metadata {
  const entries = members.flatMap((member) => {
    const value = client[member];
    return value === undefined ? [] : [[wireName(member), value] as const];
  });
  return {
    ...Object.fromEntries(entries),
    scope: client.scope.join(' '),
    response_types: client.grantTypes.includes('authorization_code') ? ['code'] : [],
  };
}
