import type { Webhook } from '../config/schema.ts';
import { hmacSha256 } from '../crypto/bytes.ts';
import { webhookKeys } from '../crypto/webhook-secret.ts';
import { type PushAnswer, push } from './push.ts';
import { type DeliveryAnswer, messageId, type OutgoingEvent, type Receiver } from './receiver.ts';

/** One event as a webhook gets it (Standard Webhooks 1.0.0, "Payload structure"). */
const bodyOf = ({ eventId, userId, sequence, type, at, detail }: OutgoingEvent): string =>
  JSON.stringify({
    type,
    timestamp: new Date(at).toISOString(),
    data: { eventId, userId, sequence, detail },
  });

/** "Signature scheme": the id, the time of the attempt and the body, with a full stop between them. */
async function signature(key: Uint8Array<ArrayBuffer>, signed: string): Promise<string> {
  const algorithm = { name: 'HMAC', hash: 'SHA-256' };
  const imported = await crypto.subtle.importKey('raw', key, algorithm, false, ['sign']);
  const mac = await hmacSha256(imported, new TextEncoder().encode(signed));
  return `v1,${btoa(String.fromCharCode(...mac))}`;
}

/**
 * The headers of a message. While a secret is being replaced there is a signature by each.
 * @param id the same with each attempt. @param seconds of this attempt, since the epoch.
 */
export async function webhookHeaders(
  keys: readonly Uint8Array<ArrayBuffer>[],
  { id, seconds, body }: { id: string; seconds: number; body: string },
): Promise<Record<string, string>> {
  const signatures = await Promise.all(keys.map((key) => signature(key, `${id}.${seconds}.${body}`)));
  return {
    'Content-Type': 'application/json',
    'webhook-id': id,
    'webhook-timestamp': String(seconds),
    'webhook-signature': signatures.join(' '),
  };
}

/** "Delivery success and failure": 410 is how a receiver says that it wants no more; all else may be better later. */
function judge({ status }: PushAnswer): DeliveryAnswer {
  if (status >= 200 && status < 300) return { kind: 'taken' };
  return { kind: status === 410 ? 'never' : 'later', reason: `status ${status}` };
}

/**
 * A webhook of the configuration.
 * @param secret whose form the configuration has checked
 */
export function webhookReceiver({ name, url, events }: Webhook, secret: string): Receiver {
  const keys = webhookKeys(secret) ?? [];
  const wanted: ReadonlySet<string> | undefined = events && new Set(events);
  return {
    name: `webhook:${name}`,
    // A message tells of one event, so that each is taken or not by itself.
    batch: 1,
    wants: (type) => wanted?.has(type) ?? true,
    async deliver([event]) {
      if (!event) return { kind: 'taken' };
      const body = bodyOf(event);
      const seconds = Math.floor(Date.now() / 1000);
      const headers = await webhookHeaders(keys, { id: messageId(event), seconds, body });
      return push({ url, headers, body }, judge);
    },
  };
}
