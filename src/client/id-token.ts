import { InvalidResponseError } from './errors.ts';

/** Who is signed in: claims of OpenID Connect Core §5.1, and when and how they signed in. */
export interface User {
  sub: string;
  name?: string;
  email?: string;
  email_verified?: boolean;
  /** Seconds since the epoch. */
  auth_time?: number;
  [claim: string]: unknown;
}

export interface Expected {
  issuer: string;
  clientId: string;
  /** The nonce of the sign-in; a refreshed ID token has none (OpenID Connect Core §12.2). */
  nonce?: string | undefined;
  /** After a refresh: the same user as before. */
  subject?: string | undefined;
  /** How old the sign-in may be, in seconds, where that was asked for. */
  maxAge?: number | undefined;
  /** Milliseconds since the epoch. */
  now: number;
}

/** A clock that is this wrong is still believed, in milliseconds. */
const leeway = 60_000;

/** What an ID token says, whoever wrote it. */
export function idTokenClaims(idToken: string): Record<string, unknown> {
  try {
    const base64 = (idToken.split('.')[1] ?? '').replaceAll('-', '+').replaceAll('_', '/');
    const claims: unknown = JSON.parse(
      new TextDecoder().decode(Uint8Array.from(atob(base64), (character) => character.charCodeAt(0))),
    );
    return Object(claims);
  } catch {
    return {};
  }
}

/**
 * Reads an ID token that came straight from the token endpoint over TLS, which stands for checking its signature
 * (OpenID Connect Core §3.1.3.7 (6)).
 * @throws InvalidResponseError `invalid_id_token`.
 */
export function readIdToken(idToken: string, expected: Expected): User {
  const claims = idTokenClaims(idToken);
  const audience = [claims.aud].flat();
  const { now, maxAge } = expected;
  const tooOld = (seconds: unknown, milliseconds: number) =>
    typeof seconds !== 'number' || seconds * 1000 + milliseconds + leeway <= now;
  const fault =
    claims.iss !== expected.issuer
      ? 'iss'
      : // Several audiences: it must have been issued to us (azp), not only mention us.
        !audience.includes(expected.clientId) || (audience.length > 1 && claims.azp !== expected.clientId)
        ? 'aud'
        : // An ID token of another sign-in, played back.
          expected.nonce !== undefined && claims.nonce !== expected.nonce
          ? 'nonce'
          : tooOld(claims.exp, 0)
            ? 'exp'
            : typeof claims.sub !== 'string' || (expected.subject ?? claims.sub) !== claims.sub
              ? 'sub'
              : // OpenID Connect Core §3.1.3.7 (13).
                maxAge !== undefined && tooOld(claims.auth_time, maxAge * 1000)
                ? 'auth_time'
                : undefined;
  if (fault) throw new InvalidResponseError('invalid_id_token', `the ID token has a wrong ${fault}`);
  return claims as User;
}
