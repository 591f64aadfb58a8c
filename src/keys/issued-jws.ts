import { ObjectUnavailable } from '../durable/call.ts';
import { headerOf, jwsOpener, type Opened } from '../verify/jws.ts';
import { keySource } from '../verify/key-source.ts';
import type { Refusal } from '../verify/refusal.ts';
import type { Keys } from './keys.ts';

/**
 * Checks the signature of a JWS that we may have issued, of whatever type: what it says is for the caller to judge.
 * @throws ObjectUnavailable when the published keys cannot be had.
 */
type OpenIssued = (token: string) => Promise<Opened | Refusal>;

export function issuedJws(keys: Pick<Keys, 'jwks'>): OpenIssued {
  const open = jwsOpener(['ES256', 'RS256', 'EdDSA']);
  const published = keySource((kid) => keys.jwks(kid));
  async function opened(token: string): Promise<Opened | Refusal> {
    const first = await open(token, await published());
    const kid = !first.ok && first.code === 'key_unknown' && headerOf(token)?.kid;
    // The key may be newer than the set.
    return typeof kid === 'string' ? open(token, await published(kid)) : first;
  }
  return async (token) => {
    const answer = await opened(token).catch(() => undefined);
    if (!answer || (!answer.ok && answer.code === 'keys_unavailable')) {
      throw new ObjectUnavailable('the published keys cannot be had');
    }
    return answer;
  };
}
