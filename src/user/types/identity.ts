import type { Identity } from '../../core/federation/id-token.ts';

/** Who somebody just proved to be at a provider. */
export interface ProvedIdentity {
  identity: Identity;
  /** Its name in the configuration. */
  provider: string;
  /** As the provider has it. */
  email?: string | undefined;
  /** The provider's tokens, sealed, where they are kept. */
  tokens?: string | undefined;
}

/** A provider that the person signs in with, as they see it. */
export interface LinkedIdentity {
  identity: Identity;
  provider: string;
  /** What the provider said when it was used last. */
  email: string | null;
  /** Milliseconds since the epoch. */
  linkedAt: number;
  lastUsedAt: number;
}

export type IdentityRemoval = 'removed' | 'last_way_in';

/** Which ways to sign in the operator leaves open. */
export interface OpenWays {
  passwords: boolean;
  passkeys: boolean;
  emailCodes: boolean;
  /** By their names in the configuration. */
  providers: readonly string[];
}
