import { prefixOf } from '../core/network/prefix.ts';

/**
 * Where a request came from, by the edge's word alone: X-Forwarded-For is the caller's own. Undefined where no edge is in
 * front, as in development. Not to be stored or written down as it is: it is personal.
 */
export const callerPrefix = (request: Request): string | undefined =>
  prefixOf(request.headers.get('CF-Connecting-IP') ?? '');
