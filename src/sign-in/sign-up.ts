import type { Dependencies } from '../dependencies.ts';
import type { Profile } from '../user/types.ts';

/**
 * Makes an account in three steps, each of which may be the last before a crash: reserve the identifier, create the
 * user, confirm the identifier. A reservation left behind is finished or taken over by the next sign-up.
 * @param passwordHash asked for only once the identifier is reserved: hashing is dear.
 */
export async function signUpUser(
  { identifiers, users }: Pick<Dependencies, 'identifiers' | 'users'>,
  profile: Profile,
  passwordHash: () => Promise<string>,
): Promise<'created' | 'taken'> {
  const { email, userId } = profile;
  let reservation = await identifiers.reserve(email, userId);
  if (reservation.kind === 'pending') {
    const other = reservation.userId;
    if (await users.exists(other)) {
      await identifiers.confirm(email, other);
      return 'taken';
    }
    if (reservation.abandoned) reservation = await identifiers.reserve(email, userId, other);
  }
  if (reservation.kind !== 'reserved') return 'taken';
  await users.create(profile, await passwordHash());
  if (await identifiers.confirm(email, userId)) return 'created';
  // Slower than a reservation lasts, and somebody took it over: this account must not exist beside theirs.
  await users.remove(userId);
  return 'taken';
}
