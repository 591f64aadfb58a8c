const isBlank = (character: string | undefined): boolean => character === ' ' || character === '\t';

/** Without spaces and tabs at its ends; other white space belongs to a name. A loop: of a long run of spaces, a regular
 * expression would try each as the first. */
function trimmed(text: string): string {
  let start = 0;
  let end = text.length;
  while (start < end && isBlank(text[start])) start += 1;
  while (end > start && isBlank(text[end - 1])) end -= 1;
  return text.slice(start, end);
}

/** The first cookie of exactly this name, or undefined. */
export function readCookie(header: string | null, name: string): string | undefined {
  if (header === null) return undefined;
  const start = `${name}=`;
  // Most requests bring none of ours, or ours as the only one: nothing is split before it is found.
  for (let at = header.indexOf(start); at >= 0; at = header.indexOf(start, at + 1)) {
    let before = at;
    while (before > 0 && isBlank(header[before - 1])) before -= 1;
    if (before > 0 && header[before - 1] !== ';') continue;
    const end = header.indexOf(';', at);
    return trimmed(header.slice(at, end < 0 ? undefined : end)).slice(start.length);
  }
  return undefined;
}

/** Names that start with `prefix`, in the order of the header: browsers send the oldest first (RFC 6265 §5.4). */
export function cookieNames(header: string | null, prefix: string): string[] {
  const names = (header ?? '').split(';').flatMap((raw) => {
    const piece = trimmed(raw);
    const at = piece.indexOf('=');
    return at >= 0 && piece.startsWith(prefix) ? [piece.slice(0, at)] : [];
  });
  return [...new Set(names)].filter((name) => name.startsWith(prefix));
}

/** Every cookie of ours begins so, after the prefixes that browsers know. */
const OWN = 'portcullis-';
const browserPrefix = /__(?:secure|host|http|host-http)-$/;
const longestPrefix = '__host-http-'.length;

/** Characters at which some parser lets a name begin: two Cookie headers arrive joined by a comma. */
const separates = (character: string): boolean =>
  character <= ' ' || character === '\x7f' || /[\s",]/.test(character);
/** What such a parser may drop before a name, or a browser when it sends the nameless cookie `=portcullis-gate=x` back. */
const dropped = (character: string): boolean =>
  separates(character) || character === '=' || character === '$';

/** Whether a piece of a Cookie header, or the beginning of a Set-Cookie header, is a cookie of ours in whatever dress. */
function isOwn(piece: string): boolean {
  const text = piece.toLowerCase();
  for (let at = text.indexOf(OWN); at >= 0; at = text.indexOf(OWN, at + 1)) {
    const prefix = browserPrefix.exec(text.slice(Math.max(0, at - longestPrefix), at));
    let before = at - (prefix?.[0].length ?? 0);
    let separated = false;
    // Each character is looked at once: what stands between two occurrences is nobody else's.
    while (before > 0 && dropped(text[before - 1] ?? '')) {
      before -= 1;
      separated ||= separates(text[before] ?? '');
    }
    if (before === 0 || separated) return true;
  }
  return false;
}

const encodedName = /(?:^|;)(?:[ \t]*=)?[^=;]*%/;

/** The same for a name that is percent-encoded: PHP and Rack used to decode names. */
function isOwnDecoded(piece: string): boolean {
  const name = encodedName.test(piece) ? /^[ \t]*=?[^=]*/.exec(piece)?.[0] : undefined;
  if (name === undefined) return false;
  return isOwn(
    name.replace(/%([0-9a-f]{2})/gi, (_, digits: string) => String.fromCharCode(Number.parseInt(digits, 16))),
  );
}

const isOwnInAnyDress = (piece: string): boolean => isOwn(piece) || isOwnDecoded(piece);

/** Nothing of ours, and no name that could be decoded into it: nearly every header of a caller without a session. */
const surelyOthers = (header: string): boolean => !/portcullis-/i.test(header) && !encodedName.test(header);

/** A Cookie header without our own cookies, the others byte for byte; undefined when none is left. */
export function withoutOwnCookies(header: string): string | undefined {
  if (surelyOthers(header)) return trimmed(header);
  const pieces = header.split(';');
  const kept = pieces.filter((piece) => !isOwnInAnyDress(piece));
  if (kept.length === 0) return undefined;
  return trimmed(kept.join(';'));
}

/** Whether a Set-Cookie header would set or clear one of our own cookies. */
export function setsOwnCookie(setCookie: string): boolean {
  if (surelyOthers(setCookie)) return false;
  return isOwnInAnyDress(setCookie.split(';', 1)[0] ?? '');
}

/**
 * A Clear-Site-Data header without what would clear cookies: a browser clears those of the whole site, our session at the
 * issuer's host with them. Undefined when nothing is left.
 */
export function withoutCookieClearing(clearSiteData: string): string | undefined {
  const kept = clearSiteData
    .split(',')
    .map((directive) => directive.trim())
    .filter((directive) => !/cookies|\*/i.test(directive));
  return kept.length > 0 ? kept.join(', ') : undefined;
}
