import { emailIdentifierName } from '../crypto/identifier-name.ts';
import { callObject } from '../durable/call.ts';
import type { Environment } from '../environment.ts';

/** Longer than any sign-up takes: until then its own last step may still come. */
export const CLAIM_AFTER = 2 * 60 * 1000;

/**
 * The last step of a sign-up that may have stopped before it: makes the address this account's for good.
 * @returns `taken` when it is another account's, `pending` when another sign-up with it is under way
 */
export async function claimAddress(
  { IDENTIFIER }: Pick<Environment, 'IDENTIFIER'>,
  { userId, email }: { userId: string; email: string },
): Promise<'claimed' | 'taken' | 'pending'> {
  const name = await emailIdentifierName(email);
  return callObject(
    'IdentifierObject',
    () => IDENTIFIER.getByName(name),
    async (stub) => stub.claim(userId),
  );
}
