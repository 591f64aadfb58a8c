import type { Context } from 'hono';
import { getCookie, setCookie } from 'hono/cookie';
import { rpIdOf } from '../config/passkeys.ts';
import { base64url, randomBytes } from '../crypto/bytes.ts';
import type { Dependencies } from '../dependencies.ts';
import { cookieName, cookieOptions } from '../middleware/cookie.ts';
import { type ChallengeFor, type ChallengeId, makeChallenge, openChallenge } from '../passkeys/challenge.ts';
import { algorithms } from '../passkeys/public-key.ts';
import type { Passkey } from '../user/types.ts';

// What a page hands to navigator.credentials, in the JSON form of WebAuthn §5.1.8 and §5.1.9. The challenge in it is for
// this browser alone, which a cookie knows again.

type Needs = Pick<Dependencies, 'config' | 'secrets'>;

const COOKIE = 'portcullis-passkey';
const COOKIE_SECONDS = 24 * 60 * 60;
const browserForm = /^[A-Za-z0-9_-]{22}$/;

/**
 * Milliseconds. A sign-in page waits for a passkey from the moment it is shown (conditional mediation), for as long as the
 * sign-in itself may take; everything else follows a click.
 */
const LIFETIME = {
  sign_in: 30 * 60_000,
  register: 5 * 60_000,
  sign_up: 5 * 60_000,
  second_factor: 5 * 60_000,
};
/** Milliseconds that a browser may take to ask its person. */
const TIMEOUT = 5 * 60_000;

function browserOf(c: Context, { config }: Needs): string | undefined {
  const cookie = getCookie(c, cookieName(config, COOKIE));
  return cookie !== undefined && browserForm.test(cookie) ? cookie : undefined;
}

async function newChallenge(c: Context, needs: Needs, use: ChallengeFor): Promise<string> {
  const browser = browserOf(c, needs) ?? base64url.encode(randomBytes(16));
  // Again with every page: it must outlast the challenge in each.
  const options = { ...cookieOptions(needs.config), maxAge: COOKIE_SECONDS };
  setCookie(c, cookieName(needs.config, COOKIE), browser, options);
  return makeChallenge(needs.secrets, browser, use, Date.now() + LIFETIME[use.purpose]);
}

/** A challenge that a response names, if this browser got it from us for this use and it has not expired. */
export async function passkeyChallenge(
  c: Context,
  needs: Needs,
  challenge: string,
  use: ChallengeFor,
): Promise<ChallengeId | undefined> {
  const browser = browserOf(c, needs);
  return browser === undefined
    ? undefined
    : openChallenge(needs.secrets, challenge, browser, use, Date.now());
}

const descriptors = (passkeys: readonly Passkey[]) =>
  passkeys.map(({ credentialId, transports }) => ({
    type: 'public-key',
    id: credentialId,
    ...(transports.length > 0 && { transports }),
  }));

/** Asks for any passkey of anybody: which one, the person chooses. Undefined where there are no passkeys. */
export async function signInOptions(c: Context, needs: Needs): Promise<string | undefined> {
  const rpId = rpIdOf(needs.config);
  if (rpId === undefined) return undefined;
  const challenge = await newChallenge(c, needs, { purpose: 'sign_in' });
  return JSON.stringify({ challenge, rpId, timeout: TIMEOUT, userVerification: 'required' });
}

/** Asks for a passkey of somebody who has proved a first factor. Undefined where there are no passkeys. */
export async function secondFactorOptions(
  c: Context,
  needs: Needs,
  userId: string,
  passkeys: readonly Passkey[],
): Promise<string | undefined> {
  const rpId = rpIdOf(needs.config);
  if (rpId === undefined || passkeys.length === 0) return undefined;
  const challenge = await newChallenge(c, needs, { purpose: 'second_factor', userId });
  const allowCredentials = descriptors(passkeys);
  const options = { challenge, rpId, allowCredentials, timeout: TIMEOUT, userVerification: 'discouraged' };
  return JSON.stringify(options);
}

/** Whose passkey is made, as the person's device will list it. */
export interface PasskeyOwner {
  userId: string;
  email: string;
  name: string;
}

/**
 * Asks for a new passkey, one that can be found without a name and makes sure of its owner. A device that holds one of
 * these already makes none. Undefined where there are no passkeys.
 */
export async function creationOptions(
  c: Context,
  needs: Needs,
  purpose: 'register' | 'sign_up',
  { userId, email, name }: PasskeyOwner,
  passkeys: readonly Passkey[],
): Promise<string | undefined> {
  const rpId = rpIdOf(needs.config);
  if (rpId === undefined) return undefined;
  return JSON.stringify({
    challenge: await newChallenge(c, needs, { purpose, userId }),
    rp: { id: rpId, name: needs.config.name },
    user: { id: userId, name: email, displayName: name },
    pubKeyCredParams: algorithms.map((alg) => ({ type: 'public-key', alg })),
    excludeCredentials: descriptors(passkeys),
    authenticatorSelection: {
      residentKey: 'required',
      requireResidentKey: true,
      userVerification: 'required',
    },
    attestation: 'none',
    timeout: TIMEOUT,
  });
}
