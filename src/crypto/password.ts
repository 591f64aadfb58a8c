import { scrypt } from 'node:crypto';
import { base64url, concat, equal, hmacSha256, randomBytes } from './bytes.ts';
import type { RootSecret, RootSecrets } from './root-secret.ts';

// OWASP's scrypt setting of equal strength that fits in 32 MiB of an isolate's 128.
const cost = { logN: 15, r: 8, p: 3 };
const SALT = 16;
const HASH = 32;

/** NIST SP 800-63B-4 §3.1.1.2: verifiers accept long passwords and never truncate them. */
export const MAXIMUM_PASSWORD_LENGTH = 256;

/** The pepper goes in before scrypt: storage alone cannot be guessed against. NFC, so that every keyboard agrees. */
async function peppered(secret: RootSecret, password: string): Promise<Uint8Array<ArrayBuffer>> {
  return hmacSha256(
    await secret.hmacKey('password-pepper'),
    new TextEncoder().encode(password.normalize('NFC')),
  );
}

function derive(
  input: Uint8Array,
  salt: Uint8Array,
  logN: number,
  r: number,
  p: number,
): Promise<Uint8Array<ArrayBuffer>> {
  const N = 2 ** logN;
  // scrypt needs 128*N*r bytes and a little; Node's default ceiling of 32 MiB is just below that.
  const options = { N, r, p, maxmem: 256 * N * r };
  return new Promise((resolve, reject) => {
    scrypt(input, salt, HASH, options, (error, key) =>
      error ? reject(error) : resolve(Uint8Array.from(key)),
    );
  });
}

/** Hashes a password into a PHC string that names its pepper by `keyid`. */
export async function hashPassword(secrets: RootSecrets, password: string): Promise<string> {
  const salt = randomBytes(SALT);
  const hash = await derive(await peppered(secrets.current, password), salt, cost.logN, cost.r, cost.p);
  return `$scrypt$ln=${cost.logN},r=${cost.r},p=${cost.p},keyid=${secrets.current.id}$${base64url.encode(salt)}$${base64url.encode(hash)}`;
}

/**
 * Whether a password should be hashed anew, now that it is known: it was at another cost, or with the pepper of a root secret
 * that is being replaced.
 */
export function isOutdatedHash({ current }: RootSecrets, stored: string): boolean {
  const [, logN, r, p, keyId] = phc.exec(stored) ?? [];
  const { logN: wanted, r: blocks, p: lanes } = cost;
  return [logN, r, p].join() !== [wanted, blocks, lanes].join() || keyId !== current.id;
}

const phc = /^\$scrypt\$ln=(\d+),r=(\d+),p=(\d+),keyid=([\w-]+)\$([\w-]+)\$([\w-]+)$/;

/**
 * Whether the password is the one that was hashed. Without a hash (no such account, no password set) it does the
 * same work and answers false, so that the time taken tells nothing.
 */
export async function verifyPassword(
  secrets: RootSecrets,
  password: string,
  stored: string | undefined,
): Promise<boolean> {
  const match = stored === undefined ? null : phc.exec(stored);
  const secret = match && secrets.all.find((candidate) => candidate.id === match[4]);
  if (!match || !secret) {
    await derive(await peppered(secrets.current, password), new Uint8Array(SALT), cost.logN, cost.r, cost.p);
    return false;
  }
  const [, logN, r, p, , salt = '', hash = ''] = match;
  const derived = await derive(
    await peppered(secret, password),
    base64url.decode(salt),
    Number(logN),
    Number(r),
    Number(p),
  );
  return equal(derived, concat(base64url.decode(hash)));
}
