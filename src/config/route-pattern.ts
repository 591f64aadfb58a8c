import { normalisePath, parseTarget } from '../core/gate/path.ts';
import { matcher, type Pattern, parsePattern, sampleOf } from '../core/gate/pattern.ts';
import { foldedPattern, isLiteralHost, parseHost } from '../core/gate/route.ts';

const syntax =
  'is no pattern of URLPattern; write a backslash before each * + ? : { } that stands for itself, and no regular expressions';

/**
 * Whether URLPattern takes a pattern, and takes it without regular expressions. It judges only: requests are matched by
 * core/gate/pattern.ts, on the very bytes that are forwarded, and its test holds the two to the same answers.
 */
function isTaken(init: { pathname: string } | { hostname: string }): boolean {
  try {
    return !new URLPattern(init).hasRegExpGroups;
  } catch {
    return false;
  }
}

function sizeFault(pattern: Pattern): string | undefined {
  try {
    matcher(pattern);
    matcher(foldedPattern(pattern));
    return undefined;
  } catch {
    return 'has too many parts for one pattern; make several routes of it';
  }
}

/** How the first character is written that must be percent-encoded; nothing where none is, or no encoding of it passes. */
function encodingOfFirst(sample: string): string | undefined {
  const isTakenAs = (text: string) => normalisePath(`/x${text}x`).kind === 'path';
  const character = Array.from(sample.toWellFormed()).find((one) => /[^!-~]|["<>^`{}]/.test(one));
  const encoded = character && encodeURIComponent(character);
  return encoded && isTakenAs(encoded) ? `${character} must be percent-encoded, ${encoded}` : undefined;
}

/** Why a route cannot have a path, or nothing. */
export function pathFault(path: string): string | undefined {
  const pattern = parsePattern(path, '/');
  if (!pattern || !isTaken({ pathname: path })) {
    return path.includes('?') ? `${syntax}; a route has no query` : syntax;
  }
  const sample = sampleOf(pattern);
  if (sample.includes('?')) return 'matches nothing: a route has no query';
  const normalised = normalisePath(sample);
  const encoding = encodingOfFirst(sample);
  if (encoding) return `matches nothing: ${encoding}`;
  if (normalised.kind === 'refused')
    return `matches nothing: ${normalised.reason}, and such requests are refused`;
  if (normalised.path !== sample) {
    return 'matches nothing: write letters, digits, and - . _ ~ as they are, without percent-encoding';
  }
  // Such requests reach no route that could be meant without it (core/gate/route.ts), this one included.
  if (/(?:\.|%20)(?:\/|$)/.test(sample)) {
    return 'has a segment that ends in a dot or a space, which some origins overlook; name it without';
  }
  return sizeFault(pattern);
}

/** Why a route cannot have a host, or nothing. @param scheme of the issuer, with its colon */
export function hostFault(host: string, scheme: string): string | undefined {
  if (host.includes('://')) return 'is a URL; name the host alone';
  let sample = host;
  if (!isLiteralHost(host)) {
    const parsed = parseHost(host);
    if (!parsed || !isTaken({ hostname: host.slice(0, host.length - parsed.port.length) })) return syntax;
    const fault = sizeFault(parsed.name);
    if (fault) return fault;
    sample = sampleOf(parsed.name) + parsed.port;
  }
  const target = parseTarget(`${scheme}//${sample}/`);
  return target.kind === 'target' && target.host === sample
    ? undefined
    : `must be a host as browsers write it: small letters, no path, no port that ${scheme.slice(0, -1)} has anyway`;
}
