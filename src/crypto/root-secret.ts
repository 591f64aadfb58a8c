import { base64url } from 'jose';
import { ConfigError } from '../config/error.ts';

/** One key per purpose: a leak or a mistake in one place opens no other. */
export type Purpose =
  | 'token-tag'
  | 'refresh-successor'
  | 'password-pepper'
  | 'key-encryption'
  | 'issuer-jwks-tag'
  | 'client-id-tag'
  | 'address-name'
  | 'work-challenge'
  | 'seal-clearance'
  | 'dpop-nonce'
  | 'passkey-challenge'
  | 'access-token-seal'
  | 'email-code'
  | 'seal-mail'
  | 'seal-alert'
  | 'seal-email-step'
  | 'seal-address-change'
  | 'seal-sign-in'
  | 'seal-proven'
  | 'seal-sign-up'
  | 'seal-auth-session'
  | 'seal-totp'
  | 'seal-totp-setup'
  | 'seal-provider-sign-in'
  | 'seal-provider-answer'
  | 'seal-provider-identity'
  | 'seal-provider-tokens'
  | 'seal-gate-session'
  | 'seal-gate-sign-in'
  | 'seal-gate-sign-out'
  | 'seal-gate-tokens';

/** A root secret and the keys derived from it (HKDF-SHA-256, RFC 5869). */
export interface RootSecret {
  /** Names the secret beside whatever was made with it; reveals nothing about it. */
  readonly id: string;
  /** 32 bytes for one purpose. */
  bytes(purpose: Purpose): Promise<Uint8Array<ArrayBuffer>>;
  /** The same, as an HMAC-SHA-256 key. */
  hmacKey(purpose: Purpose): Promise<CryptoKey>;
}

/** The secret that makes new things, then the one still accepted for reading. */
export interface RootSecrets {
  readonly current: RootSecret;
  readonly all: readonly RootSecret[];
}

/** `npm start` marks the secrets it makes, so that one can never reach production. */
export const DEVELOPMENT_PREFIX = 'development_';

const minimumBytes = 32;

async function rootSecret(name: string, text: string | undefined, environment: string): Promise<RootSecret> {
  if (!text) {
    throw new ConfigError(
      `${name}: is not set; make one with \`openssl rand -base64 32\` and give it to \`wrangler secret put ${name}\``,
    );
  }
  if (environment !== 'development' && text.startsWith(DEVELOPMENT_PREFIX)) {
    throw new ConfigError(
      `${name}: is a development secret; production needs its own, from \`openssl rand -base64 32\``,
    );
  }
  const encoded = text.startsWith(DEVELOPMENT_PREFIX) ? text.slice(DEVELOPMENT_PREFIX.length) : text;
  let material: Uint8Array<ArrayBuffer> | undefined;
  try {
    material = Uint8Array.from(
      base64url.decode(encoded.replaceAll('+', '-').replaceAll('/', '_').replace(/=+$/, '')),
    );
  } catch {
    // Some lengths are no base64 at all: a text that is also too short had better be told that.
  }
  const length = material?.length ?? Math.floor((encoded.length * 3) / 4);
  if (length < minimumBytes) {
    throw new ConfigError(
      `${name}: is too short, base64 of ${length} bytes where at least ${minimumBytes} are needed; make one with \`openssl rand -base64 32\``,
    );
  }
  if (!material) {
    throw new ConfigError(`${name}: is not base64; make one with \`openssl rand -base64 32\``);
  }
  const root = await crypto.subtle.importKey('raw', material, 'HKDF', false, ['deriveBits']);
  const derive = async (info: string) =>
    new Uint8Array(
      await crypto.subtle.deriveBits(
        {
          name: 'HKDF',
          hash: 'SHA-256',
          salt: new Uint8Array(),
          info: new TextEncoder().encode(`portcullis/1/${info}`),
        },
        root,
        256,
      ),
    );
  const derived = new Map<Purpose, Promise<Uint8Array<ArrayBuffer>>>();
  const hmacKeys = new Map<Purpose, Promise<CryptoKey>>();
  const secret: RootSecret = {
    id: base64url.encode((await derive('id')).subarray(0, 6)),
    bytes(purpose) {
      let found = derived.get(purpose);
      if (!found) {
        found = derive(purpose);
        derived.set(purpose, found);
      }
      return found;
    },
    hmacKey(purpose) {
      let found = hmacKeys.get(purpose);
      if (!found) {
        found = secret
          .bytes(purpose)
          .then((bytes) =>
            crypto.subtle.importKey('raw', bytes, { name: 'HMAC', hash: 'SHA-256' }, false, [
              'sign',
              'verify',
            ]),
          );
        hmacKeys.set(purpose, found);
      }
      return found;
    },
  };
  return secret;
}

/**
 * Reads PORTCULLIS_SECRET and PORTCULLIS_SECRET_PREVIOUS.
 * @throws ConfigError when one is missing, too short, or meant for development.
 */
export async function rootSecrets(environment: {
  PORTCULLIS_ENVIRONMENT: string;
  PORTCULLIS_SECRET: string;
  PORTCULLIS_SECRET_PREVIOUS?: string;
}): Promise<RootSecrets> {
  const kind = environment.PORTCULLIS_ENVIRONMENT;
  const current = await rootSecret('PORTCULLIS_SECRET', environment.PORTCULLIS_SECRET, kind);
  if (!environment.PORTCULLIS_SECRET_PREVIOUS) return { current, all: [current] };
  const previous = await rootSecret(
    'PORTCULLIS_SECRET_PREVIOUS',
    environment.PORTCULLIS_SECRET_PREVIOUS,
    kind,
  );
  return { current, all: [current, previous] };
}
