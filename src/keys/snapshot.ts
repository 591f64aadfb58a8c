import * as v from 'valibot';
import type { Config } from '../config/schema.ts';
import type { RootSecrets } from '../crypto/root-secret.ts';
import { rootSecretEncryption } from './encryption.ts';

/** What a ring may hold keys for; which of them it does, `keys.algorithms` in the configuration says. */
export const algorithms = ['ES256', 'RS256', 'EdDSA'] as const;
export type SigningAlgorithm = (typeof algorithms)[number];

const milliseconds = v.pipe(v.number(), v.integer(), v.minValue(0));
const base64url = v.pipe(v.string(), v.regex(/^[A-Za-z0-9_-]+$/));

const common = {
  kid: base64url,
  state: v.picklist(['next', 'active', 'retired']),
  createdAt: milliseconds,
  activeFrom: v.nullable(milliseconds),
  /** The private key, readable only through the KeyEncryption that `keyEncryptionId` names. */
  sealedPrivateKey: v.string(),
  keyEncryptionId: v.string(),
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
  v.strictObject({
    ...common,
    alg: v.literal('EdDSA'),
    publicJwk: v.strictObject({ kty: v.literal('OKP'), crv: v.literal('Ed25519'), x: base64url }),
  }),
]);

const snapshot = v.strictObject({
  format: v.literal(2),
  /** The ring's version: it grows with every change. */
  version: v.pipe(v.number(), v.integer(), v.minValue(1)),
  /** From when nobody may rely on it any more. */
  staleAt: milliseconds,
  keys: v.pipe(v.array(sealedKey), v.minLength(1)),
});

/** A key of the ring as everybody may see it: its private half is sealed. */
export type SealedKey = v.InferOutput<typeof sealedKey>;
/** The ring as isolates hold it, and as it is in KV. */
export type Snapshot = v.InferOutput<typeof snapshot>;

/** A key read from a row or made anew; throws where it is not one. */
export const parseSealedKey = (value: unknown): SealedKey => v.parse(sealedKey, value);

/** Where the ring's snapshot is in Workers KV. */
export const SNAPSHOT_NAME = 'ring';

const envelope = v.strictObject({ by: v.string(), seal: v.string(), body: v.string() });

/** Whose ring a snapshot is of. */
export type RingContext = Pick<Config, 'issuer' | 'environment'>;

// The seal encrypts nothing and authenticates everything (GMAC): who can write to KV can neither add a key, nor
// bring back a revoked one, since what was sealed before is good until its `staleAt` only. And where two environments
// were given one root secret and one namespace, neither takes the other's keys for its own.
const sealedContext = ({ issuer, environment }: RingContext, body: string) =>
  `portcullis/2/key-ring-snapshot/${JSON.stringify([environment, issuer])}/${body}`;
const nothing = new Uint8Array();

export async function writeSnapshot(
  snapshot: Snapshot,
  { current }: RootSecrets,
  context: RingContext,
): Promise<string> {
  const body = JSON.stringify(snapshot);
  const seal = await rootSecretEncryption(current).wrap(nothing, sealedContext(context, body));
  return JSON.stringify({ by: current.id, seal, body });
}

/** The snapshot in KV, or undefined when it is absent, malformed, of another format, or not sealed by and for us. */
export async function readSnapshot(
  text: string | null,
  { all }: RootSecrets,
  context: RingContext,
): Promise<Snapshot | undefined> {
  if (text === null) return undefined;
  try {
    const { by, seal, body } = v.parse(envelope, JSON.parse(text));
    const secret = all.find(({ id }) => id === by);
    if (!secret) return undefined;
    await rootSecretEncryption(secret).unwrap(seal, sealedContext(context, body));
    return v.parse(snapshot, JSON.parse(body));
  } catch {
    return undefined;
  }
}
