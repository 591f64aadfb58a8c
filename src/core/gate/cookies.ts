/** The pieces of a Cookie header. Only space and tab are trimmed: other white space belongs to a name. */
const pieces = (header: string): { name: string; value: string; raw: string }[] =>
  header.split(';').map((raw) => {
    const text = raw.replace(/^[ \t]+|[ \t]+$/g, '');
    const at = text.indexOf('=');
    return at < 0
      ? { name: '', value: text, raw }
      : { name: text.slice(0, at), value: text.slice(at + 1), raw };
  });

/** The first cookie of exactly this name, or undefined. */
export const readCookie = (header: string | null, name: string): string | undefined =>
  pieces(header ?? '').find((piece) => piece.name === name)?.value;

/** Names that start with `prefix`, in the order of the header: browsers send the oldest first (RFC 6265 §5.4). */
export const cookieNames = (header: string | null, prefix: string): string[] => [
  ...new Set(pieces(header ?? '').flatMap(({ name }) => (name.startsWith(prefix) ? [name] : []))),
];

/**
 * Ours, however it is dressed up: after a comma (two Cookie headers arrive joined by one), in quotes, or nameless,
 * since browsers send the cookie `=portcullis-gate=x` back as `portcullis-gate=x`.
 */
const own = /(?:^|[\s,"])[\s=]*(?:__(?:host|secure)-)?portcullis-/i;

/** A Cookie header without our own cookies, the others byte for byte; undefined when none is left. */
export function withoutOwnCookies(header: string): string | undefined {
  const kept = pieces(header).filter(({ raw }) => !own.test(raw));
  return kept.length === 0
    ? undefined
    : kept
        .map(({ raw }) => raw)
        .join(';')
        .replace(/^[ \t]+/, '');
}

/** Whether a Set-Cookie header would set or clear one of our own cookies. */
export const setsOwnCookie = (setCookie: string): boolean => own.test(setCookie.split(';', 1)[0] ?? '');
