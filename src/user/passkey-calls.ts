import type { Token } from '../crypto/token.ts';
import type { PublicKey } from '../passkeys/public-key.ts';
import type * as Types from './types.ts';
import type { CallUser } from './users.ts';

/** A person's passkeys, from a Worker's side. What changes them asks for a session that is fresh enough. */
export interface PasskeyCalls {
  /** None of an id that is no user. */
  list(userId: string): Promise<Types.Passkey[]>;
  /** The key that a passkey's use is to be verified with. */
  readKey(userId: string, credentialId: string): Promise<PublicKey | undefined>;
  /** Decides whether a use that was verified counts: once for each challenge, and with a counter that goes up. */
  use(userId: string, use: Types.PasskeyUse): Promise<Types.PasskeyUseAnswer>;
  /** Adds one that was verified. */
  add(
    session: Token,
    policy: Types.FreshPolicy,
    passkey: Types.NewPasskey,
  ): Promise<Types.PasskeyAddition | 'not_fresh'>;
  rename(session: Token, credentialId: string, name: string): Promise<void>;
  /** Removes one, unless its owner could not sign in any more. */
  remove(
    session: Token,
    policy: Types.FreshPolicy,
    credentialId: string,
    leaving: Types.Leaving,
  ): Promise<Types.PasskeyRemoval | 'not_fresh'>;
}

export const passkeyCalls = (
  at: CallUser,
  presented: (session: Token) => Promise<Types.PresentedSession>,
): PasskeyCalls => ({
  list: (userId) => at(userId, async (stub) => stub.listPasskeys()),
  readKey: (userId, credentialId) => at(userId, async (stub) => stub.readPasskeyKey(credentialId)),
  use: (userId, use) => at(userId, async (stub) => stub.usePasskey(use)),
  add: async (session, policy, passkey) => {
    const by = await presented(session);
    return at(session.userId, async (stub) => stub.addPasskey(by, policy, passkey));
  },
  rename: async (session, credentialId, name) => {
    const by = await presented(session);
    return at(session.userId, async (stub) => stub.renamePasskey(by, credentialId, name));
  },
  remove: async (session, policy, credentialId, leaving) => {
    const by = await presented(session);
    return at(session.userId, async (stub) => stub.removePasskey(by, policy, credentialId, leaving));
  },
});
