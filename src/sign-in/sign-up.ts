import type { Dependencies } from '../dependencies.ts';
import type { Credentials, Profile } from '../user/types.ts';
import { reserveAddress } from './reserve-address.ts';

/**
 * Makes an account in three steps, each of which may be the last before a crash: reserve the identifier, create the
 * user, confirm the identifier. What a crash leaves behind is finished or released by the next sign-up or, two minutes
 * later, by the alarms of the two objects: the identifier's releases a reservation that no account came of, the user's
 * confirms its identifier or, where that went to somebody else, removes itself.
 * @param credentials asked for only once the identifier is reserved: hashing is dear.
 */
export async function signUpUser(
  { identifiers, users }: Pick<Dependencies, 'identifiers' | 'users'>,
  profile: Profile,
  credentials: () => Promise<Credentials>,
): Promise<'created' | 'taken'> {
  const { email, userId } = profile;
  if ((await reserveAddress({ identifiers, users }, email, userId)) === 'taken') return 'taken';
  // Sent a second time: what the first one made is its owner's, and stays.
  if (!(await users.create(profile, await credentials()))) return 'taken';
  if (await identifiers.confirm(email, userId)) return 'created';
  // Slower than a reservation lasts, and somebody took it over: this account must not exist beside theirs.
  await users.remove(userId);
  return 'taken';
}
