/** RFC 6750 §3: a quoted value is printable ASCII without quotes and backslashes. */
const quoted = (value: string): string => `"${value.replace(/[^\x20-\x7e]|["\\]/g, "'")}"`;

export interface Challenge {
  /** Absent when the request carried no credentials (RFC 6750 §3.1). */
  error?: 'invalid_token' | 'insufficient_scope' | undefined;
  errorDescription?: string | undefined;
  scope?: readonly string[] | undefined;
  /** RFC 9728 §5.1. */
  resourceMetadata: string;
}

/** The value of WWW-Authenticate. */
export function bearerChallenge({ error, errorDescription, scope, resourceMetadata }: Challenge): string {
  const parameters = [
    error && `error=${quoted(error)}`,
    error && errorDescription && `error_description=${quoted(errorDescription)}`,
    scope && `scope=${quoted(scope.join(' '))}`,
    `resource_metadata=${quoted(resourceMetadata)}`,
  ];
  return `Bearer ${parameters.filter(Boolean).join(', ')}`;
}

/** RFC 9728 §3.1: the well-known path goes between the host and the path of the resource. */
export function resourceMetadataPath(resourcePath: string): string {
  return `/.well-known/oauth-protected-resource${resourcePath === '/' ? '' : resourcePath}`;
}

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
