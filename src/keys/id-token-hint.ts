import {
  compactVerify,
  createLocalJWKSet,
  decodeJwt,
  decodeProtectedHeader,
  errors,
  type ProtectedHeaderParameters,
} from 'jose';
import type { Config } from '../config/schema.ts';
import type { Keys } from './keys.ts';

/** What an `id_token_hint` is worth. */
export type IdTokenHint =
  /** An ID token of ours. */
  | { kind: 'ours'; userId: string; sessionId: string | undefined; audience: string[] }
  /** It says that it is ours, and its key is gone: rotated away long ago, if there ever was one. Nothing in it counts. */
  | { kind: 'unverifiable' }
  | { kind: 'foreign' };

/** None of ours comes near this many characters. */
const MAXIMUM_LENGTH = 8192;

const texts = (value: unknown): string[] =>
  (Array.isArray(value) ? value : [value]).filter((member) => typeof member === 'string');

function headerOf(text: string): ProtectedHeaderParameters | undefined {
  try {
    return decodeProtectedHeader(text);
  } catch {
    return undefined;
  }
}

/**
 * Reads an `id_token_hint`: an ID token of ours, expired or not, since it says who was meant and proves nothing, and
 * apps hold on to one for as long as they are signed in (OpenID Connect Core §3.1.2.1, RP-Initiated Logout §2).
 * @throws ObjectUnavailable when the keys cannot be had.
 */
export async function readIdTokenHint(
  { config, keys }: { config: Pick<Config, 'issuer'>; keys: Keys },
  text: string,
): Promise<IdTokenHint> {
  if (text.length > MAXIMUM_LENGTH) return { kind: 'foreign' };
  const header = headerOf(text);
  // Access tokens and logout tokens are signed with the same keys.
  if (header?.typ !== 'JWT') return { kind: 'foreign' };
  // By name, since the key may be newer than the set that this isolate has.
  const published = await keys.jwks(header.kid);
  try {
    const { iss, sub, sid, aud, exp } = decodeJwt(text);
    // A signed answer of UserInfo is of the same type, and says nothing of a sign-in: it has no `exp`.
    if (iss !== config.issuer || typeof sub !== 'string' || exp === undefined) return { kind: 'foreign' };
    await compactVerify(text, createLocalJWKSet(published), { algorithms: ['RS256', 'ES256', 'EdDSA'] });
    const sessionId = typeof sid === 'string' ? sid : undefined;
    return { kind: 'ours', userId: sub, sessionId, audience: texts(aud) };
  } catch (error) {
    return { kind: error instanceof errors.JWKSNoMatchingKey ? 'unverifiable' : 'foreign' };
  }
}
