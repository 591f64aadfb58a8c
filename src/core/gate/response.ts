/**
 * Cache-Control for an answer that identity shaped: at most the browser that asked may keep it. What the origin says
 * stays, except for leave to share.
 */
export function privateCacheControl(origin: string | null): string {
  // A comma in a quoted list of fields separates no directives.
  const directives = origin?.match(/(?:[^,"]|"[^"]*"?)+/g)?.map((directive) => directive.trim()) ?? [];
  const names = directives.map((directive) => directive.toLowerCase());
  // RFC 9111 §5.2.2.3: with must-understand a cache that does understand ignores no-store.
  const kept = directives.filter(
    (directive, index) =>
      directive && !/^(?:public|s-maxage|must-understand|private=)/.test(names[index] ?? ''),
  );
  const isKept = names.some((name) => name === 'no-store' || name === 'private');
  return (isKept ? kept : ['private', ...kept]).join(', ');
}

/** Vary with the headers that identity comes in. */
export function varyByIdentity(origin: string | null): string {
  const named = (origin ?? '')
    .split(',')
    .map((name) => name.trim())
    .filter(Boolean);
  if (named.includes('*')) return '*';
  const missing = ['Cookie', 'Authorization'].filter(
    (name) => !named.some((other) => other.toLowerCase() === name.toLowerCase()),
  );
  return [...named, ...missing].join(', ');
}
