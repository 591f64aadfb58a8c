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
type TargetAnswer = Target | { kind: 'refused'; reason: string };

type PathAnswer = { kind: 'path'; path: string } | { kind: 'refused'; reason: string };

const no = (reason: string) => ({ kind: 'refused', reason }) as const;

// Two Host headers arrive joined by a comma and user information ends in an @: neither is a host here.
const shape = /^(https?):\/\/([a-z0-9.-]+|\[[0-9a-f:.]+\])(:[1-9]\d{0,4})?(\/[^?#]*)(\?[^#]*)?$/i;

/** A last label that a URL parser reads as an address, in whatever base: only four decimals are spelt in one way. */
const numeric = /(?:^|\.)(?:\d+|0x[0-9a-f]*)$/;
const ipv4 = /^(?:(?:0|[1-9]\d{0,2})(?:\.(?!$)|$)){4}$/;

/** RFC 1035 §2.3.4, in the form with dots. */
const LONGEST_HOST = 253;

/** Whether the name of a host, in lower case, is one to everybody: short enough, no empty label, no number as address. */
const isHostName = (name: string): boolean =>
  name.length <= LONGEST_HOST &&
  (name.startsWith('[') || (!/^$|^\.|\.\.|\.$/.test(name) && (!numeric.test(name) || ipv4.test(name))));

const ownPort: Record<string, string> = { http: ':80', https: ':443' };

/** RFC 3986 pchar and the few bytes that browsers leave as they are, without `;`: matrix parameters hide segments. */
const pathBytes = /^[A-Za-z0-9._~!$&'()*+,=:@%/|[\]-]+$/;

/**
 * Encoded, these are still read as delimiters by an origin that decodes before it splits: / \ ; # ? and controls.
 * An encoded percent sign in front of two digits, or of `u` and four, is a second layer, for whoever decodes twice.
 */
const encodedDelimiter = /%(?:2f|5c|3b|23|3f|[01][0-9a-f]|7f|25(?:[0-9a-f]{2}|u[0-9a-f]{4}))/i;

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
 * Whether a text gets other segments where look-alikes are taken for what they look like (NFKC, the "best fit" of
 * Windows) or invisible characters are left out: a fullwidth slash, two dots in one character, a second layer of encoding.
 */
function hidesSegments(text: string): boolean {
  const plain = text.normalize('NFKC').replace(/\p{Default_Ignorable_Code_Point}/gu, '');
  if (plain === text) return false;
  return (
    plain.split(/[/\\]/).length !== text.split('/').length ||
    /%[0-9a-f]{2}/i.test(plain) ||
    // A semicolon is there only as a look-alike: what follows it is a parameter, and `..;` climbs.
    hasDots(plain.replace(/;[^/]*/g, ''))
  );
}

/** Windows origins drop trailing dots and spaces: ".. " and "..." climb there as well. */
const hasDots = (text: string): boolean => /\/[. ]+(?:\/|$)/.test(text);

/**
 * Brings a path to the one form in which it is judged and forwarded: percent-encoded unreserved characters are
 * decoded (RFC 3986 §6.2.2.2), everything else stays byte for byte. What two parsers could read in two ways has no
 * such form.
 */
export function normalisePath(raw: string): PathAnswer {
  if (!raw.startsWith('/') || !pathBytes.test(raw)) {
    return no('the path has a character that must be percent-encoded, or a semicolon or backslash');
  }
  // Nearly every path: nothing in it can be meant otherwise.
  if (!raw.includes('%')) return judgeSegments(raw, raw);
  // Before anything is decoded: of `%%332f` the lone percent would find its digits then, %32f, and so slip through.
  if (/%(?![0-9a-f]{2})/i.test(raw)) return no('the path has a malformed percent-encoding');
  const path = raw.replace(/%([0-9a-f]{2})/gi, (triplet, digits: string) => {
    const character = String.fromCharCode(Number.parseInt(digits, 16));
    return /[A-Za-z0-9._~-]/.test(character) ? character : triplet;
  });
  if (encodedDelimiter.test(path)) return no('the path has an encoded delimiter');
  const text = decoded(path);
  if (text === undefined) return no('the path has a malformed percent-encoding or a control character');
  if (hidesSegments(text)) return no('the path has a character that some servers take for a delimiter');
  return judgeSegments(path, text);
}

/** @param text the path, decoded */
function judgeSegments(path: string, text: string): PathAnswer {
  if (path.includes('//')) return no('the path has an empty segment');
  return hasDots(text) ? no('the path has a dot segment') : { kind: 'path', path };
}

/**
 * Reads a request's URL as it came in (in workerd: unparsed, `..` and `%2e` still in it). A URL parser must not see
 * it first: it would silently resolve what is refused here.
 */
export function parseTarget(url: string): TargetAnswer {
  const match = shape.exec(url);
  if (!match) return no('the address has no single host and path');
  const [, scheme = '', name = '', port = '', rawPath = '', query = ''] = match;
  if (!/^[\x21-\x7e]*$/.test(query)) return no('the query has a character that must be percent-encoded');
  const normalised = normalisePath(rawPath);
  if (normalised.kind === 'refused') return normalised;
  const host = name.toLowerCase().replace(/\.$/, '');
  if (!isHostName(host) || Number(port.slice(1)) > 65535) return no('the host has no usual spelling');
  return {
    kind: 'target',
    host: port === ownPort[scheme.toLowerCase()] ? host : host + port,
    path: normalised.path,
    query,
  };
}
