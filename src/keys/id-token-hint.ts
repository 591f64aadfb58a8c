import type { Config } from '../config/schema.ts';
import { headerOf, payloadOf } from '../verify/jws.ts';
import { issuedJws } from './issued-jws.ts';
import type { Keys } from './keys.ts';

/** What an `id_token_hint` is worth. */
export type IdTokenHint =
  /** An ID token of ours. */
  | { kind: 'ours'; userId: string; sessionId: string | undefined; audience: string[] }
  /** It says that it is ours, and its key is gone: rotated away long ago, if there ever was one. Nothing in it counts. */
  | { kind: 'unverifiable' }
  | { kind: 'foreign' };

const texts = (value: unknown): string[] =>
  (Array.isArray(value) ? value : [value]).filter((member) => typeof member === 'string');

/**
 * Reads an `id_token_hint`: an ID token of ours, expired or not, since it says who was meant and proves nothing, and
 * apps hold on to one for as long as they are signed in (OpenID Connect Core §3.1.2.1, RP-Initiated Logout §2).
 * @throws ObjectUnavailable when the keys cannot be had.
 */
export async function readIdTokenHint(
  { config, keys }: { config: Pick<Config, 'issuer'>; keys: Keys },
  text: string,
): Promise<IdTokenHint> {
  const claims = payloadOf(text);
  const header = claims && headerOf(text);
  // Access tokens and logout tokens are signed with the same keys. Every key of ours has a name.
  if (header?.typ !== 'JWT' || typeof header.kid !== 'string') return { kind: 'foreign' };
  const { iss, sub, sid, aud, exp } = claims ?? {};
  // A signed answer of UserInfo is of the same type, and says nothing of a sign-in: it has no `exp`.
  if (iss !== config.issuer || typeof sub !== 'string' || exp === undefined) return { kind: 'foreign' };
  const opened = await issuedJws(keys)(text);
  if (!opened.ok) return { kind: opened.code === 'key_unknown' ? 'unverifiable' : 'foreign' };
  const sessionId = typeof sid === 'string' ? sid : undefined;
  return { kind: 'ours', userId: sub, sessionId, audience: texts(aud) };
}
