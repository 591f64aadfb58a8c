import type { Identity } from '../core/federation/id-token.ts';
import { base64url, sha256 } from '../crypto/bytes.ts';
import { emailIdentifierName, identityName } from '../crypto/identifier-name.ts';
import { callObject } from '../durable/call.ts';
import type { IdentifierObject, Reservation } from './object.ts';

/** An email in its normal form (core/account/email.ts), or who somebody is at a provider. */
export type Identifier = string | Identity;

/** Identifier -> user. All methods throw ObjectUnavailable when the identifier's object gives no answer. */
export interface Identifiers {
  lookup(identifier: Identifier): Promise<string | undefined>;
  /** Whose it is, or is about to be: a reservation that was never confirmed counts, for as long as nobody takes it over. */
  holder(identifier: Identifier): Promise<string | undefined>;
  reserve(identifier: Identifier, userId: string, replacing?: string): Promise<Reservation>;
  confirm(identifier: Identifier, userId: string): Promise<boolean>;
  /** Frees it, if it is this user's. */
  release(identifier: Identifier, userId: string): Promise<void>;
}

/**
 * The object that counts password attempts for an email that nobody has: always the same one, so that an unknown
 * person is answered, and locked out, exactly like a known one.
 */
export const absentUserId = async (email: string): Promise<string> =>
  base64url.encode((await sha256(`absent:${email}`)).subarray(0, 16));

export function createIdentifiers(namespace: DurableObjectNamespace<IdentifierObject>): Identifiers {
  const at = async <T>(
    identifier: Identifier,
    use: (stub: DurableObjectStub<IdentifierObject>) => Promise<T>,
  ): Promise<T> => {
    const name = await (typeof identifier === 'string'
      ? emailIdentifierName(identifier)
      : identityName(identifier));
    return callObject('IdentifierObject', () => namespace.getByName(name), use);
  };
  return {
    lookup: (identifier) => at(identifier, async (stub) => stub.lookup()),
    holder: (identifier) => at(identifier, async (stub) => stub.holder()),
    reserve: (identifier, userId, replacing) =>
      at(identifier, async (stub) => stub.reserve(userId, replacing)),
    confirm: (identifier, userId) => at(identifier, async (stub) => stub.confirm(userId)),
    release: (identifier, userId) => at(identifier, async (stub) => stub.release(userId)),
  };
}
