/**
 * A registered URI with more parameters. What was registered stays as it is, byte for byte: a URL parser would write
 * its query anew.
 */
export function withQuery(uri: string, parameters: Record<string, string>): string {
  const query = Object.entries(parameters)
    .map(([name, value]) => `${encodeURIComponent(name)}=${encodeURIComponent(value)}`)
    .join('&');
  if (query === '') return uri;
  const separator = !uri.includes('?') ? '?' : /[?&]$/.test(uri) ? '' : '&';
  return uri + separator + query;
}

/** A query with one of its parameters under another name, unless it has one of that name; all else byte for byte. */
export function renamed(query: string, from: string, to: string): string {
  const pairs = query.split('&');
  const isCalled = (pair: string, name: string): boolean => pair === name || pair.startsWith(`${name}=`);
  if (pairs.some((pair) => isCalled(pair, to))) return query;
  return pairs.map((pair) => (isCalled(pair, from) ? to + pair.slice(from.length) : pair)).join('&');
}
