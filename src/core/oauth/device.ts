import { sameBytes } from '../bytes.ts';
import { scopeTokens } from './authorization-request.ts';
import type { TokenError } from './error.ts';
import type { Parameters } from './parameters.ts';

// The device authorization grant (RFC 8628), without its storage.

/** Seconds that a device code and its user code live, and with them whatever was decided. */
export const DEVICE_CODE_SECONDS = 600;
/** Seconds that a device waits between two polls, as long as it is not told to slow down. */
export const FIRST_INTERVAL_SECONDS = 5;
/** RFC 8628 §3.5: by so much, for this and all later requests. */
const SLOW_DOWN_SECONDS = 5;
/** Two polls that were sent an interval apart may arrive a little closer together. */
const JITTER_MILLISECONDS = 1000;

/** No vowels, so that it spells nothing, and no digits, so that nothing looks like something else (RFC 8628 §6.1). */
const letters = 'BCDFGHJKLMNPQRSTVWXZ';
/** log2(20^8): 34.5 bits. */
export const USER_CODE_LENGTH = 8;
const userCodeForm = new RegExp(`^[${letters}]{${USER_CODE_LENGTH}}$`);
/** More than anybody types, whatever they put between the letters. */
export const MAXIMUM_TYPED_USER_CODE_LENGTH = 64;

/** @param random USER_CODE_LENGTH numbers; over 32 bits the remainder prefers no letter by more than 1 in 200 million. */
export const userCodeOf = (random: Uint32Array): string =>
  Array.from(random, (number) => letters[number % letters.length]).join('');

/** The user code that somebody typed, in any case and with anything between the letters, or undefined. */
export function normalUserCode(typed: string): string | undefined {
  if (typed.length > MAXIMUM_TYPED_USER_CODE_LENGTH) return undefined;
  // NFKC: some keyboards have letters of full width.
  const code = typed
    .normalize('NFKC')
    .toUpperCase()
    .replace(/[^\p{L}\p{N}]/gu, '');
  return userCodeForm.test(code) ? code : undefined;
}

/** A user code as people read it: WDJB-MJHT. */
export const shownUserCode = (code: string): string =>
  `${code.slice(0, USER_CODE_LENGTH / 2)}-${code.slice(USER_CODE_LENGTH / 2)}`;

export type DeviceAuthorizationRequestOutcome =
  | { kind: 'valid'; scope: string[]; resource: string[] }
  | { kind: 'refused'; error: TokenError };

/** Judges what a device asks for (RFC 8628 §3.1) against its client, which has authenticated. */
export function checkDeviceAuthorizationRequest(
  parameters: Parameters,
  resource: readonly string[],
  client: { scope: readonly string[]; resources: readonly string[]; grantTypes: readonly string[] },
): DeviceAuthorizationRequestOutcome {
  const refuse = (error: TokenError['error'], description: string): DeviceAuthorizationRequestOutcome => ({
    kind: 'refused',
    error: { error, description },
  });
  if (!client.grantTypes.includes('urn:ietf:params:oauth:grant-type:device_code')) {
    return refuse('unauthorized_client', 'the client may not use the device authorization grant');
  }
  const asked = parameters.get('scope');
  // offline_access outlives the sign-in; it is given only when it was asked for.
  const scope =
    asked === undefined ? client.scope.filter((token) => token !== 'offline_access') : scopeTokens(asked);
  if (scope.length === 0) return refuse('invalid_scope', 'scope is empty');
  if (!scope.every((token) => client.scope.includes(token))) {
    return refuse('invalid_scope', 'the client asked for a scope that is not registered for it');
  }
  if (!resource.every((uri) => client.resources.includes(uri))) {
    return refuse('invalid_target', 'the client asked for a resource that is not registered for it');
  }
  return {
    kind: 'valid',
    scope: [...scope],
    resource: resource.length > 0 ? [...resource] : client.resources.slice(0, 1),
  };
}

/** What the person said. */
export type Decision = { kind: 'approved'; userId: string } | { kind: 'denied' };

export interface DeviceAuthorization {
  /** The device code's record id: tells this authorization from another under the same user code. */
  authorizationId: string;
  /** SHA-256 of the device code's secret. */
  secretHash: Uint8Array;
  clientId: string;
  /** Milliseconds since the epoch. */
  expiresAt: number;
  /** Final once it is there; until then the authorization is pending. */
  decision: Decision | null;
  intervalSeconds: number;
  lastPoll: { attempt: string; at: number; slowedDown: boolean } | null;
}

export interface Poll {
  authorizationId: string;
  secretHash: Uint8Array;
  clientId: string;
  /** Random, one for each request: tells a retry of it, whose answer was lost, from the next poll. */
  attempt: string;
}

export type PollAnswer =
  | { kind: 'authorization_pending' | 'slow_down' | 'access_denied' | 'expired_token' | 'wrong_client' }
  | { kind: 'approved'; userId: string };

/**
 * RFC 8628 §3.5.
 * @param authorization undefined when storage has none: what expired is gone.
 * @returns the answer, and the authorization as it is from then on; undefined when nothing changes.
 */
export function poll(
  authorization: DeviceAuthorization | undefined,
  { authorizationId, secretHash, clientId, attempt }: Poll,
  now: number,
): { answer: PollAnswer; next?: DeviceAuthorization } {
  if (
    !authorization ||
    now >= authorization.expiresAt ||
    // The same user code, made anew for somebody else after this one had expired.
    authorization.authorizationId !== authorizationId ||
    !sameBytes(authorization.secretHash, secretHash)
  ) {
    return { answer: { kind: 'expired_token' } };
  }
  // Changes nothing: another client must not be able to slow this one down.
  if (authorization.clientId !== clientId) return { answer: { kind: 'wrong_client' } };
  const { decision, lastPoll, intervalSeconds } = authorization;
  if (decision?.kind === 'denied') return { answer: { kind: 'access_denied' } };
  const status: PollAnswer = decision ?? { kind: 'authorization_pending' };
  if (lastPoll?.attempt === attempt) {
    return { answer: lastPoll.slowedDown ? { kind: 'slow_down' } : status };
  }
  // Before the tokens as well: of two polls at once only one may come to redeem, or the other would look like a thief.
  const slowedDown = lastPoll !== null && now - lastPoll.at < intervalSeconds * 1000 - JITTER_MILLISECONDS;
  const next = {
    ...authorization,
    intervalSeconds: slowedDown ? intervalSeconds + SLOW_DOWN_SECONDS : intervalSeconds,
    lastPoll: { attempt, at: now, slowedDown },
  };
  return { answer: slowedDown ? { kind: 'slow_down' } : status, next };
}

/**
 * What a decision makes of an authorization, or undefined when it comes too late. The first decision is final; the very
 * same one again is no fault.
 */
export function decide(
  authorization: DeviceAuthorization | undefined,
  authorizationId: string,
  decision: Decision,
  now: number,
): DeviceAuthorization | undefined {
  if (!authorization || now >= authorization.expiresAt) return undefined;
  if (authorization.authorizationId !== authorizationId) return undefined;
  const before = authorization.decision;
  if (before === null) return { ...authorization, decision };
  const same =
    before.kind === 'approved'
      ? decision.kind === 'approved' && decision.userId === before.userId
      : decision.kind === 'denied';
  return same ? authorization : undefined;
}
