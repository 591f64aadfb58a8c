import type { SealedMail } from '../mail/sealed.ts';
import type { UserRecord } from './record.ts';
import type { OutgoingMail } from './tables/outgoing-mail.ts';

/** How long to wait after each attempt that failed, in milliseconds. After the last one nobody tries any more. */
export const MAIL_RETRIES = [
  5_000,
  20_000,
  60_000,
  3 * 60_000,
  10 * 60_000,
  60 * 60_000,
  6 * 60 * 60_000,
  24 * 60 * 60_000,
];

/** Writes mail down, in the transaction that causes it; the alarm sends it. */
export function post(user: UserRecord, mail: SealedMail, now: number): void {
  user.mails.insert(mail, now);
  user.wakeBy(now);
}

/** Asks for the alarm that the next attempt needs. */
export function wakeForMail(user: UserRecord): void {
  const nextAt = user.mails.nextAt();
  if (nextAt !== null) user.wakeBy(nextAt);
}

/** A mail is with the provider. */
export const mailed = (user: UserRecord, { mailId }: SealedMail): void => user.mails.remove(mailId);

/**
 * A mail could not be sent: later again, each by itself, until nobody needs it any more or the provider will never take it.
 */
export function notMailed(
  user: UserRecord,
  { mailId, attempts, expiresAt }: OutgoingMail,
  { forGood }: { forGood: boolean },
  now: number,
): void {
  const delay = MAIL_RETRIES[attempts];
  if (!forGood && delay !== undefined && now + delay < expiresAt) {
    user.mails.postpone(mailId, attempts + 1, now + delay);
    return;
  }
  user.mails.remove(mailId);
  // An object without a person has no trail.
  if (user.profile.get()) user.note('mail_undelivered', now, { mailId, attempts: attempts + 1 });
}
