import type { Config } from '../config/schema.ts';
import type { RootSecrets } from '../crypto/root-secret.ts';
import type { Replays } from '../replay/replays.ts';
import { proofReader, type ReadProof } from '../verify/dpop.ts';
import { payloadOf } from '../verify/jws.ts';
import { createNonces } from './nonces.ts';

/** DPoP at the issuer's own endpoints (RFC 9449). */
export interface Proofs {
  /** Judges a proof and uses it up: one object call for one that is right. Throws ObjectUnavailable without an answer. */
  read: ReadProof;
  /** Whether a proof, if it is one, says no nonce that is accepted. Nothing else of it is looked at, nor used up. */
  lacksNonce(proof: string): Promise<boolean>;
  /** The nonce for the next proof, or undefined where none are asked for. */
  nonce(): Promise<string | undefined>;
}

export function createProofs({
  config,
  secrets,
  replays,
}: {
  config: Pick<Config, 'dpop'>;
  secrets: RootSecrets;
  replays: Pick<Replays, 'firstUse'>;
}): Proofs {
  const now = () => Date.now();
  const nonces = config.dpop.requireNonce ? createNonces(secrets, now) : undefined;
  return {
    read: proofReader(
      {
        // One object for each key: strangers' proofs meet nowhere (RFC 9449 §11.1).
        firstUse: ({ jkt, id, expiresAt }) => replays.firstUse(jkt, id, expiresAt),
        ...(nonces && { nonce: nonces }),
      },
      now,
    ),
    async lacksNonce(proof) {
      const claims = nonces && payloadOf(proof);
      if (!nonces || !claims) return false;
      return !(typeof claims.nonce === 'string' && (await nonces.accepts(claims.nonce)));
    },
    nonce: async () => nonces?.current(),
  };
}
