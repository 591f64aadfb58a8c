import { calculateJwkThumbprint, exportJWK, exportPKCS8, generateKeyPair, importPKCS8 } from 'jose';
import { type KeyEncryption, KeyEncryptionUnavailable } from './encryption.ts';
import { parseSealedKey, type SealedKey, type SigningAlgorithm } from './snapshot.ts';
import type { StoredKey } from './store.ts';

// The kid is the thumbprint of the public key: this ties a private key to the public half that it was sealed with, and
// to its algorithm, so that a sealed key moved to another record does not open there.
const contextOf = ({ kid, alg }: { kid: string; alg: string }) => `portcullis/1/signing-key/${alg}/${kid}`;

/** Makes a key pair, its private half sealed before this returns. */
export async function makeKey(
  alg: SigningAlgorithm,
  state: 'next' | 'active',
  encryption: KeyEncryption,
  now: number,
): Promise<StoredKey> {
  const { publicKey, privateKey } = await generateKeyPair(alg, { modulusLength: 2048, extractable: true });
  const publicJwk = await exportJWK(publicKey);
  const kid = await calculateJwkThumbprint(publicJwk);
  const plaintext = new TextEncoder().encode(await exportPKCS8(privateKey));
  const sealed = parseSealedKey({
    kid,
    alg,
    state,
    publicJwk,
    sealedPrivateKey: await encryption.wrap(plaintext, contextOf({ kid, alg })),
    keyEncryptionId: encryption.id,
    createdAt: now,
    activeFrom: state === 'active' ? now : null,
  });
  return { ...sealed, endsAt: null, publishedAt: null, tokenLifetime: 0 };
}

async function unwrapKey(
  key: SealedKey,
  encryptions: readonly KeyEncryption[],
): Promise<Uint8Array | undefined> {
  const encryption = encryptions.find((candidate) => candidate.id === key.keyEncryptionId);
  if (!encryption || (await calculateJwkThumbprint(key.publicJwk)) !== key.kid) return undefined;
  try {
    return await encryption.unwrap(key.sealedPrivateKey, contextOf(key));
  } catch (error) {
    if (error instanceof KeyEncryptionUnavailable) throw error;
    return undefined;
  }
}

/**
 * The private key, not extractable, or undefined when none of `encryptions` sealed it for this public key. Who can
 * write to storage but cannot seal can therefore not make us sign with a key of theirs. That keeps no public key out
 * of the set: the object publishes what its own storage holds, and the snapshot in KV has a seal as a whole.
 * @throws KeyEncryptionUnavailable when the one that did cannot be asked now.
 */
export async function openKey(
  key: SealedKey,
  encryptions: readonly KeyEncryption[],
): Promise<CryptoKey | undefined> {
  const pkcs8 = await unwrapKey(key, encryptions);
  return pkcs8 && importPKCS8(new TextDecoder().decode(pkcs8), key.alg);
}

/**
 * The same private key sealed by `to`, or undefined when none of `encryptions` opens it.
 * @throws KeyEncryptionUnavailable as above.
 */
export async function resealKey(
  key: SealedKey,
  encryptions: readonly KeyEncryption[],
  to: KeyEncryption,
): Promise<Pick<SealedKey, 'sealedPrivateKey' | 'keyEncryptionId'> | undefined> {
  const pkcs8 = await unwrapKey(key, encryptions);
  if (!pkcs8) return undefined;
  return { sealedPrivateKey: await to.wrap(pkcs8, contextOf(key)), keyEncryptionId: to.id };
}
