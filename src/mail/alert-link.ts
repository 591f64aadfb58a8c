import type { RootSecrets } from '../crypto/root-secret.ts';
import { openSealed, seal } from '../crypto/seal.ts';

/** What a person was warned of. Whoever has the link of the warning may end everything of theirs, and nothing else. */
export interface Alert {
  userId: string;
  /** The event that the person was told of. */
  eventId: string;
}

/** For how long the link of a warning is good. */
export const ALERT_LIVES_FOR = 7 * 24 * 60 * 60 * 1000;

/**
 * The link in a warning. It asks for no sign-in: whoever needs it may be locked out, or in a hurry at somebody else's computer.
 * @param at when it happened, milliseconds since the epoch
 */
export async function alertLink(
  secrets: RootSecrets,
  issuer: string,
  { userId, eventId }: Alert,
  at: number,
): Promise<string> {
  const alert = await seal(secrets, 'seal-alert', { userId, eventId } satisfies Alert, at + ALERT_LIVES_FOR);
  return `${issuer}/alerts/end?${new URLSearchParams({ alert })}`;
}

export type AlertRead =
  | { kind: 'alert'; alert: Alert }
  /** It was good once. */
  | { kind: 'expired' }
  /** Cut off, changed, or never one of ours. */
  | { kind: 'broken' };

/** What a link of `alertLink` holds. */
export async function readAlert(secrets: RootSecrets, text: string, now: number): Promise<AlertRead> {
  const sealed = await openSealed<Alert>(secrets, 'seal-alert', text);
  if (!sealed) return { kind: 'broken' };
  return sealed.expiresAt > now ? { kind: 'alert', alert: sealed.value } : { kind: 'expired' };
}
