import { type RootSecrets, rootSecrets } from '../../src/crypto/root-secret.ts';
import { issuerJwks } from '../../src/keys/issuer-jwks.ts';
import { type Verify, verifier } from '../../src/verify/index.ts';

// A Worker that reads another issuer's keys. `?isolate=` names a memory of its own beside the one KV, `?later=` sets
// its clock forward by so many seconds.

interface Environment {
  ISSUER: string;
  JWKS_CACHE: KVNamespace;
  PORTCULLIS_ENVIRONMENT: string;
  PORTCULLIS_SECRET: string;
}

let milliseconds = 0;
let secrets: RootSecrets | undefined;
const isolates = new Map<string, { keys: ReturnType<typeof issuerJwks>; verify: Verify }>();

function isolate(name: string, { ISSUER: issuer, JWKS_CACHE: cache }: Environment, secrets: RootSecrets) {
  const found = isolates.get(name);
  if (found) return found;
  const now = () => Date.now() + milliseconds;
  const policy = { timeoutMilliseconds: 400, maximumBytes: 32 * 1024, maximumKeys: 10 };
  const jwksUri = `${issuer}/keys`;
  const keys = issuerJwks({ issuer, jwksUri, cache, secrets, policy, development: true, now });
  const made = { keys, verify: verifier({ issuer, audience: 'api', keys, now }) };
  isolates.set(name, made);
  return made;
}

export default {
  async fetch(request, environment) {
    const { pathname, searchParams } = new URL(request.url);
    milliseconds = Number(searchParams.get('later')) * 1000;
    secrets ??= await rootSecrets(environment);
    const { keys, verify } = isolate(searchParams.get('isolate') ?? '', environment, secrets);
    if (pathname === '/verify') return Response.json(await verify(request.headers.get('Token')));
    try {
      return Response.json(await keys());
    } catch (error) {
      const { cause } = error as Error;
      return new Response(cause instanceof Error ? cause.message : 'closed', { status: 503 });
    }
  },
} satisfies ExportedHandler<Environment>;
