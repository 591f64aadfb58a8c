import { base64url, calculateJwkThumbprint, exportJWK, generateKeyPair, type JWK, SignJWT } from 'jose';
import { issuer, randomText } from './person.ts';

interface ProofChanges {
  method?: string;
  path?: string;
  nonce?: string | undefined;
  accessToken?: string;
  claims?: Record<string, unknown>;
  header?: Record<string, unknown>;
}

/** A client's DPoP key, which keeps the nonce that it was last given (RFC 9449 §8.2). */
export class ProofKey {
  readonly #key: CryptoKey;
  readonly jwk: JWK;
  readonly jkt: string;
  nonce: string | undefined;

  private constructor(key: CryptoKey, jwk: JWK, jkt: string) {
    this.#key = key;
    this.jwk = jwk;
    this.jkt = jkt;
  }

  static async make(alg = 'ES256'): Promise<ProofKey> {
    const { privateKey, publicKey } = await generateKeyPair(alg);
    const jwk = await exportJWK(publicKey);
    return new ProofKey(privateKey, jwk, await calculateJwkThumbprint(jwk));
  }

  /** A proof for one request; a claim or header that is changed to undefined is left out. */
  async proof({ method = 'POST', path = '/oauth/token', ...changes }: ProofChanges = {}): Promise<string> {
    const { nonce = this.nonce, accessToken, claims, header } = changes;
    const hash = async (text: string) =>
      base64url.encode(new Uint8Array(await crypto.subtle.digest('SHA-256', new TextEncoder().encode(text))));
    return new SignJWT({
      jti: randomText(),
      htm: method,
      htu: issuer + path,
      iat: Math.floor(Date.now() / 1000),
      ...(nonce !== undefined && { nonce }),
      ...(accessToken !== undefined && { ath: await hash(accessToken) }),
      ...claims,
    })
      .setProtectedHeader({ alg: 'ES256', typ: 'dpop+jwt', jwk: this.jwk, ...header })
      .sign(this.#key);
  }

  /** Sends a request with a proof, once more if that lacked the nonce. */
  async send(
    request: (headers: { DPoP: string }) => Promise<Response>,
    changes: ProofChanges = {},
  ): Promise<Response> {
    const first = await request({ DPoP: await this.proof(changes) });
    this.nonce = first.headers.get('DPoP-Nonce') ?? this.nonce;
    const { error } = (await first.clone().json()) as { error?: string };
    if (error !== 'use_dpop_nonce') return first;
    const second = await request({ DPoP: await this.proof(changes) });
    this.nonce = second.headers.get('DPoP-Nonce') ?? this.nonce;
    return second;
  }
}
