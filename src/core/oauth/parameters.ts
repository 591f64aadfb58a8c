/** Request parameters, each at most once. Empty ones count as absent (RFC 6749 §3.1). */
export type Parameters = ReadonlyMap<string, string>;

export type ParsedParameters =
  | { kind: 'parsed'; parameters: Parameters; resource: readonly string[] }
  | { kind: 'malformed'; description: string };

const malformed = (description: string): ParsedParameters => ({ kind: 'malformed', description });

/** Plenty for every request there is; a bound on what a stranger can make us do. */
const MAXIMUM_PARAMETERS = 64;

/**
 * Parses application/x-www-form-urlencoded, strictly: broken escapes, bytes that are no UTF-8 and repeated
 * parameters are refused rather than guessed at (RFC 6749 §3.1). Only `resource` may repeat (RFC 8707 §2).
 */
export function parseParameters(encoded: string): ParsedParameters {
  const parameters = new Map<string, string>();
  const resource: string[] = [];
  const pairs = encoded.split('&').filter((pair) => pair !== '');
  if (pairs.length > MAXIMUM_PARAMETERS) return malformed(`more than ${MAXIMUM_PARAMETERS} parameters`);
  for (const pair of pairs) {
    const at = pair.indexOf('=');
    let name: string;
    let value: string;
    try {
      name = decodeURIComponent((at < 0 ? pair : pair.slice(0, at)).replaceAll('+', ' '));
      value = at < 0 ? '' : decodeURIComponent(pair.slice(at + 1).replaceAll('+', ' '));
    } catch {
      return malformed('the parameters are not valid application/x-www-form-urlencoded UTF-8');
    }
    if (name === 'resource') {
      if (value !== '') resource.push(value);
      continue;
    }
    if (parameters.has(name)) return malformed('a parameter is repeated; each may be given once');
    parameters.set(name, value);
  }
  for (const [name, value] of parameters) if (value === '') parameters.delete(name);
  return { kind: 'parsed', parameters, resource: [...new Set(resource)] };
}
