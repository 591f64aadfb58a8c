import type { Dependencies } from '../dependencies.ts';

/**
 * Reserves an address, in its normal form, for an account. `taken`: another account has it, or may be in the middle of
 * taking it. What a crash left half-done is finished on the way.
 */
export async function reserveAddress(
  { identifiers, users }: Pick<Dependencies, 'identifiers' | 'users'>,
  address: string,
  userId: string,
): Promise<'reserved' | 'taken'> {
  const reservation = await identifiers.reserve(address, userId);
  if (reservation.kind !== 'pending') return reservation.kind;
  const other = reservation.userId;
  if (await users.holdsAddress(other, address)) {
    await identifiers.confirm(address, other);
    return 'taken';
  }
  if (!reservation.abandoned) return 'taken';
  return (await identifiers.reserve(address, userId, other)).kind === 'reserved' ? 'reserved' : 'taken';
}
