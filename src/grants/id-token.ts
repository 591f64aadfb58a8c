import type { Client } from '../config/schema.ts';
import { base64url } from '../crypto/bytes.ts';
import type { Dependencies } from '../dependencies.ts';
import type { SigningAlgorithm } from '../keys/keys.ts';
import type { ClaimsRequest, Profile } from '../user/types.ts';
import { type Subject, signInClaims } from './access-token.ts';
import { profileClaims } from './profile-claims.ts';

const ID_TOKEN_SECONDS = 300;

/** The hash that belongs to a signature algorithm: that of Ed25519 is SHA-512 (RFC 8032 §5.1). */
const hashes: Record<SigningAlgorithm, string> = { ES256: 'SHA-256', RS256: 'SHA-256', EdDSA: 'SHA-512' };

/** OpenID Connect Core §3.1.3.6: the left half of the hash. */
async function leftHalf(alg: SigningAlgorithm, text: string): Promise<string> {
  const hash = new Uint8Array(await crypto.subtle.digest(hashes[alg], new TextEncoder().encode(text)));
  return base64url.encode(hash.subarray(0, hash.length / 2));
}

export interface NewIdToken {
  client: Client;
  subject: Subject;
  profile: Profile;
  nonce: string | undefined;
  /** The access token that it comes with. */
  accessToken: string;
  /** What the request asked for by `claims`. */
  claims: ClaimsRequest | undefined;
}

/**
 * An ID token (OpenID Connect Core §2): who signed in, when and how. What a scope brings is at UserInfo (§5.4): ID tokens
 * travel in addresses, as `id_token_hint`. What the request asked for by `claims.id_token` is in it.
 */
export async function signIdToken(
  { config, keys }: Pick<Dependencies, 'config' | 'keys'>,
  { client, subject, profile, nonce, accessToken, claims }: NewIdToken,
): Promise<string> {
  const iat = Math.floor(Date.now() / 1000);
  const alg = client.idTokenSignedResponseAlg;
  return keys.sign(alg, 'JWT', {
    ...profileClaims(profile, claims?.idToken ?? []),
    iss: config.issuer,
    sub: subject.userId,
    aud: client.clientId,
    exp: iat + ID_TOKEN_SECONDS,
    iat,
    ...signInClaims(subject),
    ...(nonce !== undefined && { nonce }),
    at_hash: await leftHalf(alg, accessToken),
  });
}
