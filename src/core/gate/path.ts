/** What a request asks for: the bytes that the gate decides on and forwards, and no others. */
export interface Target {
  kind: 'target';
  /** Lower-case, without a trailing dot and without the scheme's own port. */
  host: string;
  path: string;
  /** With its `?`, or empty. */
  query: string;
}

/** `reason` says what is wrong with the address, without quoting it. */
export type TargetAnswer = Target | { kind: 'refused'; reason: string };

const refuse = (reason: string): TargetAnswer => ({ kind: 'refused', reason });

// Two Host headers arrive joined by a comma and user information ends in an @: neither is a host here.
const shape = /^(https?):\/\/([a-z0-9.-]+|\[[0-9a-f:.]+\])(:\d{1,5})?(\/[^?#]*)(\?[^#]*)?$/i;

const ownPort: Record<string, string> = { http: ':80', https: ':443' };

/** RFC 3986 pchar and the few bytes that browsers leave as they are, without `;`: matrix parameters hide segments. */
const pathBytes = /^[A-Za-z0-9._~!$&'()*+,=:@%/|[\]-]+$/;

/**
 * Encoded, these are still read as delimiters by an origin that decodes before it splits: / \ ; # ? and controls.
 * An encoded percent sign in front of two digits is a second layer, there for whoever decodes twice.
 */
const encodedDelimiter = /%(?:2f|5c|3b|23|3f|[01][0-9a-f]|7f|25[0-9a-f]{2})/i;

/** Decoded once; undefined for a malformed percent, a control character, or bytes that are not UTF-8. */
function decoded(path: string): string | undefined {
  try {
    // Overlong UTF-8 is not UTF-8: %C0%AF must not become a slash at an older origin.
    const text = decodeURIComponent(path);
    return /\p{Cc}/u.test(text) ? undefined : text;
  } catch {
    return undefined;
  }
}

/**
 * Brings a path to the one form in which it is judged and forwarded: percent-encoded unreserved characters are
 * decoded (RFC 3986 §6.2.2.2), everything else stays byte for byte. What two parsers could read in two ways has no
 * such form.
 */
export function normalisePath(
  raw: string,
): { kind: 'path'; path: string } | { kind: 'refused'; reason: string } {
  const no = (reason: string) => ({ kind: 'refused', reason }) as const;
  if (!raw.startsWith('/') || !pathBytes.test(raw)) {
    return no('the path has a character that must be percent-encoded, or a semicolon or backslash');
  }
  const path = raw.replace(/%([0-9a-f]{2})/gi, (triplet, digits: string) => {
    const character = String.fromCharCode(Number.parseInt(digits, 16));
    return /[A-Za-z0-9._~-]/.test(character) ? character : triplet;
  });
  if (encodedDelimiter.test(path)) return no('the path has an encoded delimiter');
  const text = decoded(path);
  if (text === undefined) return no('the path has a malformed percent-encoding or a control character');
  if (path.includes('//')) return no('the path has an empty segment');
  // Windows origins drop trailing dots and spaces: ".. " and "..." climb there as well.
  if (text.split('/').some((segment) => /^[. ]+$/.test(segment))) return no('the path has a dot segment');
  return { kind: 'path', path };
}

/**
 * Reads a request's URL as it came in (in workerd: unparsed, `..` and `%2e` still in it). A URL parser must not see
 * it first: it would silently resolve what is refused here.
 */
export function parseTarget(url: string): TargetAnswer {
  const match = shape.exec(url);
  if (!match) return refuse('the address has no single host and path');
  const [, scheme = '', name = '', port = '', rawPath = '', query = ''] = match;
  if (!/^[\x21-\x7e]*$/.test(query)) return refuse('the query has a character that must be percent-encoded');
  const normalised = normalisePath(rawPath);
  if (normalised.kind === 'refused') return normalised;
  const host = name.toLowerCase().replace(/\.$/, '');
  return {
    kind: 'target',
    host: port === ownPort[scheme.toLowerCase()] ? host : host + port,
    path: normalised.path,
    query,
  };
}
