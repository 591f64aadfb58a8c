import { type CryptoPlugin, verify } from '@otplib/totp';
import { generateTOTP } from '@otplib/uri';
import { decodeProtectedHeader } from 'jose';
import { base32, RFC4648 } from '../core/base32.ts';
import { normalTotpCode } from '../core/second-factor/totp-code.ts';
import { base64url, equal, hmacSha1, randomBytes } from '../crypto/bytes.ts';
import type { RootSecrets } from '../crypto/root-secret.ts';
import { openSealed, seal, unseal } from '../crypto/seal.ts';
import { newRecordId } from '../crypto/token.ts';

// Time-based one-time passwords (RFC 6238) as every authenticator app makes them: SHA-1, six digits, 30 seconds.

/** RFC 4226 §4 R6 recommends 160 bits. */
const SECRET = 20;
const PERIOD_SECONDS = 30;
/** RFC 6238 §5.2: one step before and one after, for clocks that differ and people who type slowly. */
const TOLERANCE_SECONDS = PERIOD_SECONDS;
/** For how long the page that sets an app up may stay open. */
const SETUP_SECONDS = 30 * 60;

/** Web Crypto has the rest: the library counts and compares. */
const webCrypto: CryptoPlugin = {
  name: 'web',
  algorithms: ['sha1'],
  hmac: (_algorithm, key, data) => hmacSha1(key, data),
  randomBytes,
  constantTimeEqual: (a, b) => equal(bytesOf(a), bytesOf(b)),
};

const bytesOf = (value: string | Uint8Array): Uint8Array =>
  typeof value === 'string' ? new TextEncoder().encode(value) : value;

/**
 * The time step that a code belongs to, or undefined for a wrong one. Whether that step was used before is for the user's
 * object to say, where it is used up.
 */
export async function stepOfCode(
  secret: Uint8Array,
  typed: string,
  nowSeconds: number,
): Promise<number | undefined> {
  const token = normalTotpCode(typed);
  if (token === undefined) return undefined;
  const result = await verify({
    secret,
    token,
    crypto: webCrypto,
    epoch: nowSeconds,
    epochTolerance: TOLERANCE_SECONDS,
    period: PERIOD_SECONDS,
  });
  return result.valid ? result.timeStep : undefined;
}

interface Kept {
  userId: string;
  /** base64url */
  secret: string;
}

/** Seals a secret for one user's object: what is moved to another's opens nothing there. */
export const sealTotp = (secrets: RootSecrets, userId: string, secret: Uint8Array): Promise<string> =>
  seal(
    secrets,
    'seal-totp',
    { userId, secret: base64url.encode(secret) } satisfies Kept,
    Number.MAX_SAFE_INTEGER,
  );

/**
 * The secret that was sealed for this user, or undefined. `resealed`: the same under the current root secret, when it was
 * under the previous one, to be stored in its place.
 */
export async function openTotp(
  secrets: RootSecrets,
  userId: string,
  sealed: string,
): Promise<{ secret: Uint8Array; resealed: string | undefined } | undefined> {
  const opened = await openSealed<Kept>(secrets, 'seal-totp', sealed);
  if (opened?.value.userId !== userId) return undefined;
  const secret = base64url.decode(opened.value.secret);
  const current = decodeProtectedHeader(sealed).kid === secrets.current.id;
  return { secret, resealed: current ? undefined : await sealTotp(secrets, userId, secret) };
}

/** An authenticator app that is being set up: nothing is stored before its first code came. */
export interface TotpSetup {
  totpId: string;
  secret: Uint8Array;
}

export const newTotpSetup = (): TotpSetup => ({ totpId: newRecordId(), secret: randomBytes(SECRET) });

/** Keeps a set-up in its own page's form. */
export const sealTotpSetup = (
  secrets: RootSecrets,
  userId: string,
  { totpId, secret }: TotpSetup,
  now: number,
): Promise<string> =>
  seal(
    secrets,
    'seal-totp-setup',
    { userId, totpId, secret: base64url.encode(secret) },
    now + SETUP_SECONDS * 1000,
  );

/** The set-up that came back, if it was made for this user and not too long ago. */
export async function openTotpSetup(
  secrets: RootSecrets,
  userId: string,
  sealed: string | undefined,
  now: number,
): Promise<TotpSetup | undefined> {
  const kept = await unseal<Kept & { totpId: string }>(secrets, 'seal-totp-setup', sealed, now);
  return kept?.userId === userId ? { totpId: kept.totpId, secret: base64url.decode(kept.secret) } : undefined;
}

/** The secret as people type it into an app that has no camera, in groups of four. */
export const shownSecret = (secret: Uint8Array): string =>
  base32(secret, RFC4648).replace(/.{4}(?=.)/g, '$& ');

/** What the QR code says (Key URI format). @param service the name that the app shows for us. */
export const setupUri = (secret: Uint8Array, service: string, email: string): string =>
  // A colon would end the name.
  generateTOTP({
    issuer: service.replaceAll(':', ' '),
    label: email,
    secret: base32(secret, RFC4648),
    period: PERIOD_SECONDS,
  });
