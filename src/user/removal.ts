import { eraseDetails } from '../audit/trail.ts';
import { emailIdentifierName, identityName } from '../crypto/identifier-name.ts';
import { callObject } from '../durable/call.ts';
import type { Environment } from '../environment.ts';
import type { Receiver } from '../outbox/receiver.ts';
import { allDelivered } from './deliveries.ts';
import type { UserRecord } from './record.ts';
import { endEverythingBut } from './sessions.ts';
import type { OwnedIdentifier } from './tables/removal.ts';
import type { Profile } from './types.ts';

// An account goes in two moves. The first is one transaction: sessions, families and everything that is known of the
// person are gone, so that nothing of theirs is accepted anywhere from then on. The second is the alarm's, step by step,
// and each step may be repeated: a crash at any point is finished by the next run.

const formerAddress = (user: UserRecord): OwnedIdentifier[] => {
  const change = user.addressChange.get();
  return change ? [{ type: 'email', value: change.former }] : [];
};

/** What the account is found by. */
const identifiersOf = (user: UserRecord, profile: Profile): OwnedIdentifier[] => [
  { type: 'email', value: profile.email },
  // A change of address that was under way: whichever of the two is still held goes.
  ...formerAddress(user),
  ...user.identities
    .all()
    .map(({ issuer, subject }) => ({ type: 'identity' as const, value: { issuer, subject } })),
];

/** The first move. A retry finds it done. */
export function beginRemoval(user: UserRecord, by: 'person' | 'administrator', now: number): void {
  const profile = user.profile.get();
  if (!profile) return;
  // What was taken down of the sessions here is written for the clients that are told of their end.
  endEverythingBut(user, null, by === 'person' ? 'sign_out_everywhere' : 'administrator', now);
  user.note('account_deleted', now, { by });
  const { userId, email, emailVerified, name, claims } = profile;
  const locale = claims?.locale;
  // The last mail is in the language that the person reads.
  const addressee = {
    userId,
    email,
    emailVerified,
    name,
    ...(locale !== undefined && { claims: { locale } }),
  };
  user.removal.insert({ profile: addressee, identifiers: identifiersOf(user, profile), requestedAt: now });
  user.removal.emptyTheRest();
}

/** Whether all that is to be delivered has been, or was given up. */
const hasNothingToDeliver = (user: UserRecord, receivers: readonly Receiver[]): boolean =>
  allDelivered(user, receivers) && user.logoutNotices.nextAt() === null && user.mails.nextAt() === null;

/** Frees it for somebody else. What is somebody else's by now stays theirs. */
export async function release(
  { IDENTIFIER }: Pick<Environment, 'IDENTIFIER'>,
  identifier: OwnedIdentifier,
  userId: string,
): Promise<void> {
  const name = await (identifier.type === 'email'
    ? emailIdentifierName(identifier.value)
    : identityName(identifier.value));
  await callObject(
    'IdentifierObject',
    () => IDENTIFIER.getByName(name),
    async (stub) => stub.release(userId),
  );
}

type Transaction = <T>(use: (user: UserRecord, now: number) => T) => T;

/**
 * The second move, as far as it goes now.
 * @returns whether all is done but for the storage of the object itself
 * @throws Error when a step did not work; the next run does it again
 */
export async function goOnRemoving(
  environment: Environment,
  receivers: readonly Receiver[],
  transaction: Transaction,
): Promise<boolean> {
  const removal = transaction((user) => user.removal.get());
  if (!removal) return false;
  const { userId } = removal.profile;
  // Before anything that may take its time: the person may want to sign up again.
  for (const identifier of removal.identifiers) await release(environment, identifier, userId);
  if (removal.identifiers.length > 0) transaction((user) => user.removal.setIdentifiers([]));
  if (!transaction((user) => hasNothingToDeliver(user, receivers))) return false;
  await eraseDetails(environment.AUDIT, userId);
  return true;
}
