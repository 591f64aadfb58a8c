/**
 * Cache-Control for an answer that identity shaped: at most the browser that asked may keep it. What the origin says
 * stays, except for leave to share.
 */
export function privateCacheControl(origin: string | null): string {
  // A comma in a quoted list of fields separates no directives.
  const directives = origin?.match(/(?:[^,"]|"[^"]*"?)+/g)?.map((directive) => directive.trim()) ?? [];
  const names = directives.map((directive) => directive.toLowerCase());
  if (names.includes('no-store') || names.includes('private')) return directives.join(', ');
  const kept = directives.filter((_, index) => !/^(?:public|s-maxage|private)\b/.test(names[index] ?? ''));
  return ['private', ...kept.filter(Boolean)].join(', ');
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
