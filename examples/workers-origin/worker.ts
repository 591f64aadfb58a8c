// An origin behind the gate, as a Worker. See README.md beside it.
// In a project of your own: from 'portcullis/verify'.
import { ASSERTION_HEADER, assertionVerifier, publicUrl } from '../../src/verify/index.ts';

interface Environment {
  /** Who signs assertions. */
  PORTCULLIS_ISSUER: string;
  /** Where browsers find the gate. */
  GATE: string;
}

type Verify = (request: Request) => ReturnType<ReturnType<typeof assertionVerifier>>;

/** By path. Each `resource` is an audience of its own: what was signed for one is refused at the other. */
function verifiers({ PORTCULLIS_ISSUER: issuer, GATE }: Environment): Record<string, Verify> {
  const aboutCaller = assertionVerifier({ issuer, audience: `${GATE}/worker/account` });
  const aboutRequest = assertionVerifier({ issuer, audience: `${GATE}/worker/payments`, request: true });
  const assertion = ({ headers }: Request) => headers.get(ASSERTION_HEADER);
  return {
    '/worker/account': (request) => aboutCaller(assertion(request)),
    '/worker/payments': (request) =>
      aboutRequest(assertion(request), { method: request.method, url: publicUrl(request) }),
  };
}

// Once per isolate: a verifier keeps the issuer's keys.
let known: ReturnType<typeof verifiers> | undefined;

export default {
  async fetch(request, environment) {
    known ??= verifiers(environment);
    const { pathname } = new URL(request.url);
    const verify = Object.hasOwn(known, pathname) ? known[pathname] : undefined;
    if (!verify) return Response.json({ error: 'not_found' }, { status: 404 });

    const verified = await verify(request);
    if (!verified.ok) {
      const status = verified.code === 'keys_unavailable' ? 503 : 401;
      return Response.json({ error: verified.code }, { status });
    }
    const { sub, email, name } = verified.claims;
    return Response.json(pathname === '/worker/account' ? { sub, email, name } : { paidBy: sub });
  },
} satisfies ExportedHandler<Environment>;
