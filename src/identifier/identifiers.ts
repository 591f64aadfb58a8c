import { base64url, sha256 } from '../crypto/bytes.ts';
import { emailIdentifierName } from '../crypto/identifier-name.ts';
import { callObject } from '../durable/call.ts';
import type { IdentifierObject, Reservation } from './object.ts';

/** Identifier -> user. All methods throw ObjectUnavailable when the identifier's object gives no answer. */
export interface Identifiers {
  /** @param email in its normal form, see core/account/email.ts. */
  lookup(email: string): Promise<string | undefined>;
  reserve(email: string, userId: string, replacing?: string): Promise<Reservation>;
  confirm(email: string, userId: string): Promise<boolean>;
}

/**
 * The object that counts password attempts for an email that nobody has: always the same one, so that an unknown
 * person is answered, and locked out, exactly like a known one.
 */
export const absentUserId = async (email: string): Promise<string> =>
  base64url.encode((await sha256(`absent:${email}`)).subarray(0, 16));

export function createIdentifiers(namespace: DurableObjectNamespace<IdentifierObject>): Identifiers {
  const at = async <T>(
    email: string,
    use: (stub: DurableObjectStub<IdentifierObject>) => Promise<T>,
  ): Promise<T> => {
    const name = await emailIdentifierName(email);
    return callObject(() => namespace.getByName(name), use);
  };
  return {
    lookup: (email) => at(email, async (stub) => stub.lookup()),
    reserve: (email, userId, replacing) => at(email, async (stub) => stub.reserve(userId, replacing)),
    confirm: (email, userId) => at(email, async (stub) => stub.confirm(userId)),
  };
}
