import type { Context } from 'hono';
import { type ParsedParameters, parseParameters } from '../core/oauth/parameters.ts';

/** Bytes. Every form of ours is far smaller; a body beyond it is refused with 413 before anything is computed. */
export const MAXIMUM_BODY_BYTES = 32 * 1024;

/** The parameters of a POST body (RFC 6749 Appendix B). */
export async function readForm(c: Context): Promise<ParsedParameters> {
  const type = c.req.header('Content-Type')?.split(';')[0]?.trim().toLowerCase();
  if (type !== 'application/x-www-form-urlencoded') {
    return { kind: 'malformed', description: 'the Content-Type must be application/x-www-form-urlencoded' };
  }
  try {
    return parseParameters(
      new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(await c.req.arrayBuffer()),
    );
  } catch {
    return { kind: 'malformed', description: 'the body is not valid UTF-8' };
  }
}

/** The parameters of the query string. */
export const readQuery = (c: Context): ParsedParameters =>
  parseParameters(new URL(c.req.url).search.slice(1));
