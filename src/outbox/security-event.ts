import type { Config, SecurityEventReceiver } from '../config/schema.ts';
import {
  type CaepEvent,
  type CaepEventName,
  caepEventNames,
  caepEventOf,
  caepEventUri,
  type caepMappings,
  caepNameOf,
  type InitiatingEntity,
  initiatingEntities,
} from '../core/security-event/caep.ts';
import type { Keys } from '../keys/keys.ts';
import type { EventType } from '../user/security-events.ts';
import type { EndCause } from '../user/types.ts';
import { type PushAnswer, push } from './push.ts';
import { type DeliveryAnswer, messageId, type OutgoingEvent, type Receiver } from './receiver.ts';

// A new type of event, or cause of an end, is given its place in the table before this compiles.
type Same<A, B> = [A] extends [B] ? ([B] extends [A] ? true : never) : never;
true satisfies Same<keyof typeof caepMappings, EventType>;
const entities: Record<EndCause, InitiatingEntity> = initiatingEntities;

interface Issuer {
  config: Pick<Config, 'issuer' | 'languages'>;
  keys: Pick<Keys, 'sign'>;
}

/**
 * Whom or what it is about (RFC 9493): the user, as tokens name them, and where there is one the session (`sid`) and the
 * client. A complex subject (Shared Signals Framework 1.0) means what belongs to all of its members.
 */
function subjectOf(issuer: string, userId: string, event: CaepEvent): Record<string, unknown> {
  const user = { format: 'iss_sub', iss: issuer, sub: userId };
  if (event.name === 'credential-change') return user;
  const { sessionId, clientId } = event;
  if (sessionId === undefined && clientId === undefined) return user;
  return {
    format: 'complex',
    user,
    ...(sessionId !== undefined && { session: { format: 'opaque', id: sessionId } }),
    ...(clientId !== undefined && { application: { format: 'opaque', id: clientId } }),
  };
}

/** What is said of the event itself (CAEP 1.0 §2 and §3). Its time is in seconds there. */
function payloadOf({ languages }: Issuer['config'], { type, at }: OutgoingEvent, event: CaepEvent) {
  const common = { event_timestamp: Math.floor(at / 1000), initiating_entity: event.initiatingEntity };
  if (event.name === 'credential-change') {
    const { credentialType, changeType } = event;
    return {
      ...common,
      credential_type: credentialType,
      change_type: changeType,
      reason_admin: { en: type },
    };
  }
  const { cause } = event;
  if (!Object.hasOwn(entities, cause)) return { ...common, reason_admin: { en: cause } };
  const words = languages.offered.map(({ language, texts }) => [
    language,
    texts.endCauses[cause as EndCause],
  ]);
  return { ...common, reason_admin: { en: cause }, reason_user: Object.fromEntries(words) };
}

/**
 * A Security Event Token (RFC 8417 §2.2), signed with the issuer's key; RS256, which the CAEP Interoperability Profile asks of
 * everybody. No `sub` and no `exp`, so that it passes for no ID token or access token (RFC 8417 §4).
 */
function signToken(
  { config, keys }: Issuer,
  audience: string,
  outgoing: OutgoingEvent,
  event: CaepEvent,
): Promise<string> {
  const { userId, at, detail } = outgoing;
  return keys.sign('RS256', 'secevent+jwt', {
    iss: config.issuer,
    aud: audience,
    iat: Math.floor(Date.now() / 1000),
    jti: messageId(outgoing),
    toe: Math.floor(at / 1000),
    ...(typeof detail.requestId === 'string' && { txn: detail.requestId }),
    sub_id: subjectOf(config.issuer, userId, event),
    events: { [caepEventUri(event.name)]: payloadOf(config, outgoing, event) },
  });
}

/**
 * RFC 8935 §2.4, and whether that token could be taken another time. What a receiver may mend on its side is tried again: whom
 * it lets in, and which of our keys it has.
 */
const errorCodes: Readonly<Record<string, 'never' | 'later'>> = {
  invalid_request: 'never',
  invalid_issuer: 'never',
  invalid_audience: 'never',
  invalid_key: 'later',
  authentication_failed: 'later',
  access_denied: 'later',
};

/** The code of an error response (§2.3), if it is one of those that there are. */
function errorCodeOf(text: string): string | undefined {
  try {
    const answer: unknown = JSON.parse(text);
    const err = typeof answer === 'object' && answer !== null && 'err' in answer ? answer.err : undefined;
    return typeof err === 'string' && Object.hasOwn(errorCodes, err) ? err : undefined;
  } catch {
    return undefined;
  }
}

function judge({ status, text }: PushAnswer): DeliveryAnswer {
  // §2.2: 202 alone says that it has it. Any other success is somebody else's who answers there.
  if (status === 202) return { kind: 'taken' };
  const code = status === 400 ? errorCodeOf(text) : undefined;
  if (code === undefined) return { kind: 'later', reason: `status ${status}` };
  return { kind: errorCodes[code] ?? 'later', reason: code };
}

/**
 * A receiver of Security Event Tokens of the configuration: one token for each event, pushed as RFC 8935 §2.1 has it.
 * @param token the bearer token that it asks for, if it does
 */
export function securityEventReceiver(
  { name, url, audience, events }: SecurityEventReceiver,
  issuer: Issuer,
  token: string | undefined,
): Receiver {
  const wanted: ReadonlySet<CaepEventName> = new Set(events ?? caepEventNames);
  return {
    name: `security-events:${name}`,
    batch: 1,
    wants(type) {
      const caepName = caepNameOf(type);
      return caepName !== undefined && wanted.has(caepName);
    },
    async deliver([outgoing]) {
      const event = outgoing && caepEventOf(outgoing.type, outgoing.detail);
      // Nothing that another system would have to act on.
      if (!event) return { kind: 'taken' };
      const body = await signToken(issuer, audience, outgoing, event);
      const headers = {
        'Content-Type': 'application/secevent+jwt',
        Accept: 'application/json',
        ...(token !== undefined && { Authorization: `Bearer ${token}` }),
      };
      return push({ url, headers, body, readOf: 400 }, judge);
    },
  };
}
