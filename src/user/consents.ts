import { type Agreement, type Asked, agreedTo, newlyAsked } from '../core/oauth/consent.ts';
import type { UserRecord } from './record.ts';

/** What the person agreed to before for a client. */
export const agreementOf = (user: UserRecord, clientId: string): Agreement | undefined =>
  user.consents.get(clientId)?.agreement;

/** Whether the person agreed to all of a request before. */
export const hasConsent = (user: UserRecord, clientId: string, asked: Asked): boolean =>
  newlyAsked(asked, agreementOf(user, clientId)) === undefined;

/** Writes down that the person agreed to a request. A retry, and an agreement that adds nothing, write nothing. */
export function giveConsent(user: UserRecord, clientId: string, asked: Asked, now: number): void {
  const before = user.consents.get(clientId);
  const added = newlyAsked(asked, before?.agreement);
  if (!added) return;
  user.consents.put({
    clientId,
    agreement: agreedTo(asked, before?.agreement),
    grantedAt: before?.grantedAt ?? now,
  });
  user.note('consent_given', now, { clientId, ...added });
}

/** Takes back what the person agreed to, and with it all that the client got: its families, its codes. */
export function revokeConsent(user: UserRecord, clientId: string, now: number): void {
  if (!user.consents.get(clientId)) return;
  user.consents.remove(clientId);
  user.families.endOfClient(clientId, 'consent_revoked', now);
  // A code on its way to the client would found a family after all.
  user.codes.removeUnredeemed(clientId);
  user.note('consent_revoked', now, { clientId });
}
