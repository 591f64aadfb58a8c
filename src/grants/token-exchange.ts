import type { Client } from '../config/schema.ts';
import { scopeTokens } from '../core/oauth/authorization-request.ts';
import type { Parameters } from '../core/oauth/parameters.ts';
import type { Dependencies } from '../dependencies.ts';
import type { LiveSession } from '../user/types.ts';
import { type AccessTokenClaims, type Actor, familyIdOf, issueAccessToken } from './access-token.ts';
import { type GrantOutcome, type GrantType, refused } from './grant.ts';
import { resourceFault } from './resource.ts';

/** RFC 8693 §3. */
const ACCESS_TOKEN = 'urn:ietf:params:oauth:token-type:access_token';

/** Each exchange makes `jti` and, with delegation, `act` longer. No chain of services is as long as this. */
const MAXIMUM_EXCHANGES = 8;

/** RFC 8693 §2.2.2: a token that is invalid, or not acceptable here, is an invalid request. */
const unacceptable = (description: string) => refused('invalid_request', description);

/** What is presented, or why it will not do. */
type Presented =
  | { kind: 'presented'; claims: AccessTokenClaims; session: LiveSession | undefined }
  | Extract<GrantOutcome, { kind: 'refused' }>;

/**
 * Reads the subject or the actor token. Access tokens of ours only: an ID token says nothing of what its person allowed,
 * so there would be nothing for the new token to be no wider than.
 */
async function read(
  { accessTokens }: Dependencies,
  { client, parameters, dpopJkt }: { client: Client; parameters: Parameters; dpopJkt: string | undefined },
  name: 'subject_token' | 'actor_token',
): Promise<Presented> {
  const fail = unacceptable;
  const token = parameters.get(name);
  const type = parameters.get(`${name}_type`);
  if (!token) return fail(`${name} is missing`);
  if (!type) return fail(`${name}_type is missing`);
  if (type !== ACCESS_TOKEN) return fail(`${name}_type must be ${ACCESS_TOKEN}`);
  const claims = await accessTokens.read(token);
  const isOwn = claims?.client_id === client.clientId;
  // Whoever came by a token that was meant for somebody else gains nothing by exchanging it (RFC 8693 §5). One answer
  // for both: it tells nothing of the token.
  if (!claims || !(isOwn || [claims.aud].flat().some((one) => client.introspects.includes(one))))
    return fail(`${name} is not a valid access token of this client, or for a resource that it serves`);
  if (claims.jti.split('.').length > MAXIMUM_EXCHANGES) return fail(`${name} has been exchanged too often`);
  // What is bound stays bound. The proof for somebody else's token was made for this client as a resource server and
  // cannot be shown here; the new token is then bound to this client's own key.
  if (claims.cnf && (dpopJkt === undefined || (isOwn && dpopJkt !== claims.cnf.jkt))) {
    return fail(`${name} is bound to a key: send a DPoP proof${isOwn ? ' made with that key' : ''}`);
  }
  const status = await accessTokens.status(claims);
  if (status.kind === 'ended') return fail(`${name} has been revoked, or its sign-in has ended`);
  return { kind: 'presented', claims, session: status.session };
}

/** The scope of the new token, or undefined when more is asked for than there may be. */
function scopeFor(
  policy: NonNullable<Client['tokenExchange']>,
  subject: AccessTokenClaims,
  asked: string | undefined,
): string[] | undefined {
  const has = subject.scope?.split(' ') ?? [];
  // UserInfo and a sign-in without end are for the client that the person signed in to, and for no other.
  const allowed = (policy.scope ?? has).filter((one) => one !== 'openid' && one !== 'offline_access');
  const scope = asked === undefined ? has.filter((one) => allowed.includes(one)) : scopeTokens(asked);
  return scope.every((one) => has.includes(one) && allowed.includes(one)) ? scope : undefined;
}

/** RFC 8693: another token for the same person, never wider, never longer lived, and over when their sign-in is. */
export const tokenExchangeGrant: GrantType = async (dependencies, request) => {
  const { client, parameters, dpopJkt } = request;
  const policy = client.tokenExchange;
  if (!policy || client.tokenEndpointAuthMethod === 'none')
    return refused('unauthorized_client', 'the client may not exchange tokens');
  const requested = parameters.get('requested_token_type') ?? ACCESS_TOKEN;
  if (requested !== ACCESS_TOKEN) return unacceptable(`requested_token_type must be ${ACCESS_TOKEN}`);

  // RFC 8693 §2.1: `audience` is the name of what `resource` is the address of. Resources have one name here.
  const audience = parameters.get('audience');
  const named = [...new Set([...request.resource, ...(audience === undefined ? [] : [audience])])];
  const resource = named.length > 0 ? named : policy.resources.slice(0, 1);
  if (!resource.every((indicator) => policy.resources.includes(indicator)))
    return refused('invalid_target', 'the client may not get tokens for a resource or audience asked for');
  const fault = resourceFault(dependencies.config, resource);
  if (fault) return { kind: 'refused', error: fault };

  const isDelegation = policy.mode === 'delegation';
  const hasActor = parameters.has('actor_token');
  // RFC 8693 §2.1: actor_token_type MUST NOT be included without an actor token.
  if (!hasActor && parameters.has('actor_token_type'))
    return unacceptable('actor_token_type is sent without an actor_token');
  if (hasActor && !isDelegation)
    return unacceptable('the client may impersonate only: nobody acts, so send no actor_token');

  const subject = await read(dependencies, request, 'subject_token');
  if (subject.kind === 'refused') return subject;
  const actor = hasActor ? await read(dependencies, request, 'actor_token') : undefined;
  if (actor?.kind === 'refused') return actor;
  if (actor?.claims.act)
    return unacceptable('actor_token has an actor itself: send one that the actor got for itself');

  const scope = scopeFor(policy, subject.claims, parameters.get('scope'));
  if (!scope) return refused('invalid_scope', 'the scope asked for is wider than it may be here');

  const { claims, session } = subject;
  // RFC 8693 §4.1: who acts now, and inside it who acted before.
  const act: Actor | undefined = isDelegation
    ? { sub: actor?.claims.sub ?? client.clientId, ...(claims.act && { act: claims.act }) }
    : claims.act;
  const exp = Math.min(claims.exp, actor?.claims.exp ?? claims.exp);
  const issued = await issueAccessToken(dependencies, {
    client,
    person: session && { subject: subjectOf(claims, session), profile: session.profile },
    scope,
    resource,
    dpopJkt,
    exchanged: { sub: claims.sub, jti: claims.jti, exp, act },
  });
  return { kind: 'granted', response: { ...issued, issued_token_type: requested } };
};

const subjectOf = ({ sub, jti }: AccessTokenClaims, { sessionId, authTime, amr }: LiveSession) => ({
  userId: sub,
  sessionId,
  familyId: familyIdOf(jti),
  authTime,
  amr,
});
