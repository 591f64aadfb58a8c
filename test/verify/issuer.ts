import { base64url, exportJWK, generateKeyPair, type JWK, type JWTPayload, SignJWT } from 'jose';

export const issuer = 'https://issuer.test';
export const audience = 'https://api.test/orders';

const [es256, rs256, stranger] = await Promise.all([
  generateKeyPair('ES256'),
  generateKeyPair('RS256', { modulusLength: 2048 }),
  generateKeyPair('ES256', { extractable: true }),
]);

const published = async (pair: CryptoKeyPair, alg: string, kid: string): Promise<JWK> => ({
  ...(await exportJWK(pair.publicKey)),
  alg,
  kid,
  use: 'sig',
});

export const es256Jwk = await published(es256, 'ES256', 'es');
export const rs256Jwk = await published(rs256, 'RS256', 'rs');
export const jwkSet = { keys: [es256Jwk, rs256Jwk] };
/** A key pair that the issuer knows nothing of. */
export const strangerKeys = {
  privateKey: stranger.privateKey,
  publicJwk: await exportJWK(stranger.publicKey),
};

export const seconds = () => Math.floor(Date.now() / 1000);

export const validClaims = (): JWTPayload => ({
  iss: issuer,
  aud: audience,
  sub: 'somebody',
  iat: seconds(),
  exp: seconds() + 300,
});

interface Changes {
  /** Merged into the claims; undefined removes one. */
  claims?: Record<string, unknown>;
  /** Merged into the header; undefined removes a member. */
  header?: Record<string, unknown>;
}

const encode = (value: unknown) => base64url.encode(JSON.stringify(value));

/** A token of the issuer: a good one, but for the changes. Signed with ECDSA whatever its header says. */
export async function token({ claims, header }: Changes = {}): Promise<string> {
  const input = `${encode({ alg: 'ES256', kid: 'es', typ: 'at+jwt', ...header })}.${encode({ ...validClaims(), ...claims })}`;
  return `${input}.${await signature(input, es256.privateKey)}`;
}

/** The ES256 signature over any input whatever. */
export async function signature(input: string, key: CryptoKey = es256.privateKey): Promise<string> {
  const bytes = new TextEncoder().encode(input);
  return base64url.encode(
    new Uint8Array(await crypto.subtle.sign({ name: 'ECDSA', hash: 'SHA-256' }, key, bytes)),
  );
}

/** A token that is well signed by `key` with `alg`. */
export const signedWith = (alg: string, kid: string, key: CryptoKey | Uint8Array): Promise<string> =>
  new SignJWT(validClaims()).setProtectedHeader({ alg, kid, typ: 'at+jwt' }).sign(key);

export const rs256PrivateKey = rs256.privateKey;
