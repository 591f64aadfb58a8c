import type { Context } from 'hono';

/**
 * Sets a header of an answer that is finished. On the answer itself, since c.header() would by now make a new one for
 * each header and stream the body through it; only an immutable answer needs that.
 */
export function setHeader(c: Context, name: string, value: string): void {
  try {
    c.res.headers.set(name, value);
  } catch {
    c.header(name, value);
  }
}
