import type { Identity } from '../core/federation/id-token.ts';
import type { UserRecord } from './record.ts';
import type { IdentityRemoval, LinkedIdentity, OpenWays, ProvedIdentity } from './types.ts';
import { waysInWithout } from './ways-in.ts';

/** More than anybody has. */
export const MAXIMUM_IDENTITIES = 20;

const rowOf = ({ identity, provider, email, tokens }: ProvedIdentity, now: number) => ({
  ...identity,
  provider,
  email: email ?? null,
  lastUsedAt: now,
  tokens: tokens ?? null,
});

/** What the person may see of them. */
export const identitiesOf = (user: UserRecord): LinkedIdentity[] =>
  user.identities
    .all()
    .map(({ issuer, subject, tokens: _, ...row }) => ({ ...row, identity: { issuer, subject } }));

/** Connects one, of which it was made sure before that it is nobody else's. A retry is answered like the first. */
export function linkIdentity(
  user: UserRecord,
  proved: ProvedIdentity,
  now: number,
  atSignUp = false,
): 'linked' | 'too_many' {
  if (user.identities.has(proved.identity)) {
    user.identities.use(rowOf(proved, now));
    return 'linked';
  }
  if (user.identities.all().length >= MAXIMUM_IDENTITIES) return 'too_many';
  user.identities.insert({ ...rowOf(proved, now), linkedAt: now });
  user.note('identity_connected', now, { provider: proved.provider, ...(atSignUp && { atSignUp }) });
  return 'linked';
}

/** Somebody signed in with it. False where it is not the person's any more: then they did not. */
export function useIdentity(user: UserRecord, proved: ProvedIdentity, now: number): boolean {
  if (!user.profile.get() || !user.identities.has(proved.identity)) return false;
  user.identities.use(rowOf(proved, now));
  return true;
}

/** Disconnects one, unless nothing would be left to sign in with. A retry is answered like the first. */
export function unlinkIdentity(
  user: UserRecord,
  identity: Identity,
  open: OpenWays,
  now: number,
): IdentityRemoval {
  const row = user.identities
    .all()
    .find(({ issuer, subject }) => issuer === identity.issuer && subject === identity.subject);
  if (!row) return 'removed';
  if (waysInWithout(user, open, { identity }).length === 0) return 'last_way_in';
  user.identities.remove(identity);
  user.note('identity_disconnected', now, { provider: row.provider });
  return 'removed';
}
