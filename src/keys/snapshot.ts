import * as v from 'valibot';

/** The algorithms that a ring holds a key for: ES256 for our own tokens, RS256 since OpenID Connect requires it. */
export const algorithms = ['ES256', 'RS256'] as const;
export type SigningAlgorithm = (typeof algorithms)[number];

const milliseconds = v.pipe(v.number(), v.integer(), v.minValue(0));
const base64url = v.pipe(v.string(), v.regex(/^[A-Za-z0-9_-]+$/));

const common = {
  kid: base64url,
  state: v.picklist(['next', 'active', 'retired']),
  /** The private key, readable only through the KeyEncryption that `keyEncryptionId` names. */
  sealedPrivateKey: v.string(),
  keyEncryptionId: v.string(),
  createdAt: milliseconds,
  activatedAt: v.nullable(milliseconds),
  retiredAt: v.nullable(milliseconds),
};

// Strict objects: a private member is not dropped quietly, it makes the whole snapshot unusable.
const sealedKey = v.variant('alg', [
  v.strictObject({
    ...common,
    alg: v.literal('ES256'),
    publicJwk: v.strictObject({ kty: v.literal('EC'), crv: v.literal('P-256'), x: base64url, y: base64url }),
  }),
  v.strictObject({
    ...common,
    alg: v.literal('RS256'),
    publicJwk: v.strictObject({ kty: v.literal('RSA'), n: base64url, e: base64url }),
  }),
]);

const snapshot = v.strictObject({ version: v.literal(1), keys: v.pipe(v.array(sealedKey), v.minLength(1)) });

/** A key of the ring as it rests in the object and in KV: readable but for its private half. */
export type SealedKey = v.InferOutput<typeof sealedKey>;

/** Where the ring's snapshot is in Workers KV. */
export const SNAPSHOT_NAME = 'ring';

export const writeSnapshot = (keys: SealedKey[]): string => JSON.stringify({ version: 1, keys });

/** A key read from a row or made anew; throws where it is not one. */
export const parseSealedKey = (value: unknown): SealedKey => v.parse(sealedKey, value);

/** The keys of a snapshot, or undefined when it is absent, malformed or of another version. */
export function readSnapshot(text: string | null): SealedKey[] | undefined {
  if (text === null) return undefined;
  try {
    const parsed = v.safeParse(snapshot, JSON.parse(text));
    return parsed.success ? parsed.output.keys : undefined;
  } catch {
    return undefined;
  }
}
