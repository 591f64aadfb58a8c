import { InvalidResponseError } from './errors.ts';

/** Who is signed in: the claims of the ID token (OpenID Connect Core §5.1). */
export interface User {
  sub: string;
  name?: string;
  email?: string;
  email_verified?: boolean;
  [claim: string]: unknown;
}

export interface Expected {
  issuer: string;
  clientId: string;
  /** The nonce of the sign-in; a refreshed ID token has none (OpenID Connect Core §12.2). */
  nonce?: string;
  /** After a refresh: the same user as before. */
  subject?: string;
  /** Milliseconds since the epoch. */
  now: number;
}

/** A clock that is this wrong is still believed, in milliseconds. */
const leeway = 60_000;

function payload(idToken: string): Record<string, unknown> {
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
  const claims = payload(idToken);
  const audience = [claims.aud].flat();
  const fault =
    claims.iss !== expected.issuer
      ? 'iss'
      : // Several audiences: it must have been issued to us (azp), not only mention us.
        !audience.includes(expected.clientId) || (audience.length > 1 && claims.azp !== expected.clientId)
        ? 'aud'
        : // An ID token of another sign-in, played back.
          expected.nonce !== undefined && claims.nonce !== expected.nonce
          ? 'nonce'
          : typeof claims.exp !== 'number' || claims.exp * 1000 + leeway <= expected.now
            ? 'exp'
            : typeof claims.sub !== 'string' || (expected.subject ?? claims.sub) !== claims.sub
              ? 'sub'
              : undefined;
  if (fault)
    throw new InvalidResponseError('invalid_id_token', `the ID token's ${fault} is not as it must be`);
  return claims as User;
}
