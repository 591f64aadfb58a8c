import type { Identity } from '../core/federation/id-token.ts';
import type { Token } from '../crypto/token.ts';
import type * as Types from './types.ts';
import type { CallUser } from './users.ts';

/** Who a person is at other providers, from a Worker's side. What changes that asks for a session that is fresh enough. */
export interface IdentityCalls {
  /** None of an id that is no user. */
  list(userId: string): Promise<Types.LinkedIdentity[]>;
  /** Whether one that was just proved is this person's; what the provider said is written down. */
  use(userId: string, proved: Types.ProvedIdentity): Promise<boolean>;
  /** Connects one, of which it was made sure that it is nobody else's. */
  link(
    session: Token,
    policy: Types.FreshPolicy,
    proved: Types.ProvedIdentity,
  ): Promise<'linked' | 'too_many' | 'not_fresh'>;
  /** Disconnects one, unless it is the last way to sign in. */
  unlink(
    session: Token,
    policy: Types.FreshPolicy,
    identity: Identity,
    open: Types.OpenWays,
  ): Promise<Types.IdentityRemoval | 'not_fresh'>;
  /** Undoes a connection whose identity went to another account in the meantime. */
  drop(userId: string, identity: Identity): Promise<void>;
  /** The tokens that a provider gave for the person last, sealed; undefined where none are kept. */
  sealedTokens(userId: string, provider: string): Promise<string | undefined>;
}

export const identityCalls = (
  at: CallUser,
  presented: (session: Token) => Promise<Types.PresentedSession>,
): IdentityCalls => ({
  list: (userId) => at(userId, async (stub) => stub.identities()),
  use: (userId, proved) => at(userId, async (stub) => stub.useIdentity(proved)),
  link: async (session, policy, proved) => {
    const by = await presented(session);
    return at(session.userId, async (stub) => stub.linkIdentity(by, policy, proved));
  },
  unlink: async (session, policy, identity, open) => {
    const by = await presented(session);
    return at(session.userId, async (stub) => stub.unlinkIdentity(by, policy, identity, open));
  },
  drop: (userId, identity) => at(userId, async (stub) => stub.dropIdentity(identity)),
  sealedTokens: (userId, provider) => at(userId, async (stub) => stub.sealedProviderTokens(provider)),
});
