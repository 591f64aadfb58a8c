import { calculateJwkThumbprint, exportJWK, exportPKCS8, generateKeyPair, importPKCS8 } from 'jose';
import type { KeyEncryption } from './encryption.ts';
import { parseSealedKey, type SealedKey, type SigningAlgorithm } from './snapshot.ts';

// The kid is the thumbprint of the public key, so this ties a private key to its public half and its algorithm:
// a sealed key moved to another record does not open there.
const contextOf = ({ kid, alg }: { kid: string; alg: string }) => `portcullis/1/signing-key/${alg}/${kid}`;

/** Makes a key pair that is active from `now` on, its private half sealed before this returns. */
export async function makeKey(
  alg: SigningAlgorithm,
  encryption: KeyEncryption,
  now: number,
): Promise<SealedKey> {
  const { publicKey, privateKey } = await generateKeyPair(alg, { modulusLength: 2048, extractable: true });
  const publicJwk = await exportJWK(publicKey);
  const kid = await calculateJwkThumbprint(publicJwk);
  const plaintext = new TextEncoder().encode(await exportPKCS8(privateKey));
  return parseSealedKey({
    kid,
    alg,
    state: 'active',
    publicJwk,
    sealedPrivateKey: await encryption.wrap(plaintext, contextOf({ kid, alg })),
    keyEncryptionId: encryption.id,
    createdAt: now,
    activatedAt: now,
    retiredAt: null,
  });
}

/**
 * The private key, not extractable, or undefined when none of `encryptions` sealed it for this public key. Who can
 * write to storage but has no root secret can therefore not add a key of their own.
 */
export async function openKey(
  key: SealedKey,
  encryptions: readonly KeyEncryption[],
): Promise<CryptoKey | undefined> {
  const encryption = encryptions.find((candidate) => candidate.id === key.keyEncryptionId);
  if (!encryption || (await calculateJwkThumbprint(key.publicJwk)) !== key.kid) return undefined;
  let pkcs8: Uint8Array;
  try {
    pkcs8 = await encryption.unwrap(key.sealedPrivateKey, contextOf(key));
  } catch {
    return undefined;
  }
  return importPKCS8(new TextDecoder().decode(pkcs8), key.alg);
}
