import type { Environment } from '../environment.ts';
import { claimAddress } from './claim.ts';
import { provedCode } from './email-codes.ts';
import { readFreshSession } from './fresh-session.ts';
import type { UserRecord } from './record.ts';
import { release } from './removal.ts';
import type { AddressChange, AddressChangeAnswer, FreshPolicy, PresentedSession } from './types.ts';

// A change of address goes in two moves, as a removal does. The first is one transaction: the account has the new address,
// and remembers the old one. The second makes the new one the account's in the object of that address, and releases the old
// one; each of its steps may be repeated, and whatever a crash leaves is finished by the alarm.

/** The first move, for whoever proved both addresses in this session. A retry finds it done. */
export function changeAddress(
  user: UserRecord,
  presented: PresentedSession,
  policy: FreshPolicy,
  { address, fromCodeId, toCodeId }: AddressChange,
  now: number,
): AddressChangeAnswer {
  const session = readFreshSession(user, presented, policy, now);
  if (session.kind !== 'live') return 'not_fresh';
  const { email, emailVerified, claims, name, groups = [] } = session.profile;
  if (email === address) return 'changed';
  if (user.addressChange.get()) return 'busy';
  const from = provedCode(user, fromCodeId, 'change-from', now);
  const to = provedCode(user, toCodeId, 'change-to', now);
  if (from?.address !== email || to?.address !== address) return 'over';
  user.addressChange.insert({
    address,
    former: email,
    formerVerified: emailVerified,
    formerUnclaimed: user.profile.unclaimedSince() !== undefined,
  });
  user.profile.update({
    name,
    emailVerified,
    groups,
    claims: { ...claims, updated_at: Math.floor(now / 1000) },
  });
  user.profile.setAddress(address, true, false);
  // Those for signing in and for a new password too: they went to an address that is not the account's any more.
  user.emailCodes.removeAll();
  user.note('email_changed', now, { from: email, to: address, sessionId: session.sessionId });
  return 'changed';
}

/** Whether the account has an address, or is about to give it up and has not yet. */
export const holdsAddress = (user: UserRecord, address: string): boolean =>
  user.profile.get()?.email === address ||
  (user.profile.get() !== undefined && user.addressChange.get()?.former === address);

/** The new address is somebody else's after all: the account keeps the one that it had. */
function undo(user: UserRecord, now: number): void {
  const change = user.addressChange.get();
  if (!change || user.profile.get()?.email !== change.address) return;
  const { address, former, formerVerified, formerUnclaimed } = change;
  user.profile.setAddress(former, formerVerified, formerUnclaimed);
  user.addressChange.remove();
  user.emailCodes.removeAll();
  user.note('email_change_undone', now, { from: address, to: former });
}

type Transaction = <T>(use: (user: UserRecord, now: number) => T) => T;

/**
 * The second move.
 * @returns false while a sign-up with the new address is under way: which of the two has it shows in a moment
 * @throws Error when a step did not work; the next run does it again
 */
export async function settleAddress(environment: Environment, transaction: Transaction): Promise<boolean> {
  const pending = transaction((user) => {
    const [profile, change] = [user.profile.get(), user.addressChange.get()];
    return profile && change && { userId: profile.userId, ...change };
  });
  if (!pending) return true;
  const { userId, address, former } = pending;
  const claim = await claimAddress(environment, { userId, email: address });
  if (claim === 'pending') return false;
  if (claim === 'taken') {
    transaction(undo);
    return true;
  }
  // Not before the new one is certain: an account that is found by neither would be lost.
  await release(environment, { type: 'email', value: former }, userId);
  transaction((user) => user.addressChange.remove());
  return true;
}
