import { isConfidential } from '../config/client-faults.ts';
import { scopeTokens } from '../core/oauth/authorization-request.ts';
import { sha256 } from '../crypto/bytes.ts';
import type { RootSecrets } from '../crypto/root-secret.ts';
import { decodeToken, encodeToken, type Token } from '../crypto/token.ts';
import type { Dependencies } from '../dependencies.ts';
import { type LabelsOf, type RefreshReason, refreshReasons } from '../telemetry/catalogue.ts';
import { count } from '../telemetry/recording.ts';
import type { EndCause, RefreshAnswer, Refreshed } from '../user/types.ts';
import { issueAccessToken } from './access-token.ts';
import {
  type GrantOutcome,
  refreshBinding,
  refused,
  type TokenRequest,
  type TokenResponse,
} from './grant.ts';
import { signIdToken } from './id-token.ts';
import { candidateSuccessor, replayedSuccessor } from './refresh-chain.ts';
import { saysOfPerson } from './resource.ts';

const ended = (cause: EndCause) =>
  refused('invalid_grant', 'the refresh token is no longer valid: its sign-in has ended', cause);

/** Why the object said no, in the words of RFC 6749 §5.2. */
function refusal(answer: Extract<RefreshAnswer, { kind: 'refused' }>) {
  switch (answer.reason) {
    case 'ended':
      return ended(answer.cause);
    case 'scope_exceeded':
      return refused('invalid_scope', 'the scope asked for is wider than what was granted');
    case 'resource_exceeded':
      return refused('invalid_target', 'a resource asked for was not granted');
    case 'step_up_required':
      return refused(
        'invalid_grant',
        'the refresh token came from an unusual place or browser: its user is to sign in again',
        answer.reason,
      );
    case 'unknown':
    case 'wrong_client':
    case 'wrong_key':
      // One answer for all: whoever holds a token that is not theirs learns nothing of it.
      return refused('invalid_grant', 'the refresh token is not valid for this client');
  }
}

type Counted = LabelsOf<'portcullis_refreshes_total'>['outcome'];

const counted = (outcome: Counted, reason: RefreshReason): void =>
  count('portcullis_refreshes_total', { outcome, reason });

/** What ended a family, as it is counted. */
const countedCause = (cause: EndCause): RefreshReason =>
  refreshReasons.find((reason) => reason === cause) ?? 'other';

/** The secret that the client has from now on; undefined when the key that made it is gone. */
async function secretAfter(
  secrets: RootSecrets,
  presented: Uint8Array<ArrayBuffer>,
  candidate: Uint8Array<ArrayBuffer>,
  answer: Extract<RefreshAnswer, { grant: unknown }>,
): Promise<Uint8Array<ArrayBuffer> | undefined> {
  switch (answer.kind) {
    case 'kept':
      return presented;
    case 'rotated':
      return candidate;
    case 'replayed':
      return replayedSuccessor(secrets, presented, answer.salt, answer.hash);
  }
}

/** What a refresh is asked for besides what the token endpoint takes. */
export interface RefreshOptions {
  /** The session whose cookie came with the request. */
  session?: Token | undefined;
  /** The answer is to say something of the person. */
  withProfile?: boolean;
}

export type RefreshOutcome =
  | ({ kind: 'granted'; response: TokenResponse } & Refreshed)
  | Extract<GrantOutcome, { kind: 'refused' }>;

/** RFC 6749 §6, with rotation (RFC 9700 §4.14.2): one object call, one row written, one signature. */
export async function refreshTokenGrant(
  dependencies: Dependencies,
  { client, parameters, resource, dpopJkt }: TokenRequest,
  { session, withProfile = false }: RefreshOptions = {},
): Promise<RefreshOutcome> {
  const { config, secrets, users } = dependencies;
  const presented = parameters.get('refresh_token');
  if (!presented) {
    counted('refused', 'missing_token');
    return refused('invalid_request', 'refresh_token is missing');
  }
  const token = await decodeToken(secrets, 'refresh_token', presented);
  if (!token) {
    counted('refused', 'invalid_token');
    return refused('invalid_grant', 'the refresh token is not valid');
  }

  const scope = parameters.get('scope');
  const askedScope = scope === undefined ? null : scopeTokens(scope);
  const askedResource = resource.length === 0 ? null : [...resource];
  const successor = await candidateSuccessor(secrets, token.secret);
  const answer = await users.refresh(token.userId, {
    familyId: token.recordId,
    generation: token.generation,
    secretHash: await sha256(token.secret),
    clientId: client.clientId,
    dpopJkt: refreshBinding(client, dpopJkt) ?? null,
    scope: askedScope,
    resource: askedResource,
    candidate: { salt: successor.salt, hash: successor.hash },
    fromServer: isConfidential(client),
    // A session of somebody else's proves nothing here.
    ...(session?.userId === token.userId && {
      session: { sessionId: session.recordId, secretHash: await sha256(session.secret) },
    }),
    policy: client.refreshToken,
    withProfile: withProfile || client.refreshToken.idToken || saysOfPerson(config, askedResource),
  });
  if (answer.kind === 'refused') {
    counted('refused', answer.reason === 'ended' ? 'already_ended' : answer.reason);
    return refusal(answer);
  }
  if (answer.kind === 'ended') {
    counted('ended', countedCause(answer.cause));
    return ended(answer.cause);
  }

  const secret = await secretAfter(secrets, token.secret, successor.secret, answer);
  if (!secret) {
    counted('refused', 'secret_replaced');
    return refused('invalid_grant', 'the secret that made the next refresh token has been replaced');
  }
  counted(answer.kind, '');

  const { grant: subject, profile, claims } = answer;
  const grantedScope = askedScope ?? subject.scope;
  const issued = await issueAccessToken(dependencies, {
    client,
    person: { subject, profile },
    scope: grantedScope,
    resource: askedResource ?? subject.resource,
    dpopJkt,
  });
  // OpenID Connect Core §12.2: it SHOULD NOT have the nonce of the sign-in.
  const about = { client, subject, nonce: undefined, claims, accessToken: issued.access_token };
  return {
    kind: 'granted',
    grant: subject,
    ...(profile && { profile }),
    ...(claims && { claims }),
    response: {
      ...issued,
      // RFC 6749 §6: one that is kept need not be sent again.
      ...(answer.kind !== 'kept' && {
        refresh_token: await encodeToken(secrets, 'refresh_token', {
          ...token,
          generation: token.generation + 1,
          secret,
        }),
      }),
      ...(client.refreshToken.idToken &&
        profile &&
        grantedScope.includes('openid') && {
          id_token: await signIdToken(dependencies, { ...about, profile }),
        }),
    },
  };
}
