import { html } from 'hono/html';
import { ASSERTION_HEADER, type AssertionClaims, assertionVerifier } from '../../../src/verify/index.ts';

interface Environment {
  /** Whose assertions to believe: the issuer's origin. Its keys are fetched from there. */
  PORTCULLIS_ISSUER: string;
}

// An origin behind the gate. It knows its callers by the signed assertion alone, so that a request that went around
// the gate is nobody's. Each `resource` is an audience of its own: an assertion made for one is no good at another.
const resources = { '/demo/api/me': '/demo/api', '/demo/private/': '/demo/private' } as const;
type Path = keyof typeof resources;

const isServed = (path: string): path is Path => Object.hasOwn(resources, path);

// Made once per isolate: a verifier keeps the issuer's keys.
const verifiers = new Map<Path, ReturnType<typeof assertionVerifier>>();

function verifierFor(path: Path, issuer: string) {
  const verify = verifiers.get(path) ?? assertionVerifier({ issuer, audience: issuer + resources[path] });
  verifiers.set(path, verify);
  return verify;
}

/** Everything in `${}` is escaped: a name may hold anything. */
const greeting = ({ name, email, auth_time, exp }: AssertionClaims) => html`<!doctype html>
<html lang="en">
  <head>
    <meta charset="utf-8">
    <meta name="viewport" content="width=device-width, initial-scale=1">
    <meta name="color-scheme" content="light dark">
    <title>Private</title>
    <style>
      body { margin: 0; min-height: 100svh; display: grid; place-items: center; font: 1.05rem/1.6 system-ui, sans-serif;
        background: light-dark(#e9eeea, #0d1211); color: light-dark(#16201c, #e4ebe7); }
      main { width: min(34rem, calc(100% - 2rem)); box-sizing: border-box; padding: 2.5rem; border-radius: 1.25rem;
        background: light-dark(#fff, #161d1b); box-shadow: 0 1px 3px #0003, 0 12px 40px #0001; overflow-wrap: anywhere; }
      h1 { margin: 0 0 .5rem; line-height: 1.2; text-wrap: balance; }
      dl { display: grid; grid-template-columns: auto 1fr; gap: .4rem 1.25rem; margin: 1.75rem 0; }
      dt { opacity: .7; } dd { margin: 0; }
      a { color: light-dark(#0b6b4f, #6fd3b0); }
      form { display: inline; } button { font: inherit; padding: .5rem 1.1rem; border-radius: .6rem; cursor: pointer;
        border: 1px solid currentColor; background: none; color: inherit; margin-right: 1rem; }
    </style>
  </head>
  <body>
    <main>
      <h1>Hello, <bdi>${name || email}</bdi></h1>
      <p>This page comes from an origin that has no sign-in of its own. The gate asked the issuer that you are still
        signed in, and told the origin who you are in a signed note.</p>
      <dl>
        <dt>Email</dt><dd><bdi>${email}</bdi></dd>
        <dt>Signed in</dt><dd>${auth_time && new Date(auth_time * 1000).toUTCString()}</dd>
        <dt>The note is good until</dt><dd>${new Date(exp * 1000).toUTCString()}</dd>
      </dl>
      <form method="post" action="/.portcullis/sign-out"><button>Sign out</button></form>
      <a href="/demo/">Back to the demo</a>
    </main>
  </body>
</html>`;

/** Where the examples run: pages of these, and of no other origin, may read what the API answers. */
const examples = ['http://localhost:5173', 'http://localhost:5174'];

/** CORS (Fetch §3.2). No credentials: what the gate lets in across origins comes with a token. */
function corsHeaders(request: Request): Record<string, string> {
  const origin = request.headers.get('Origin') ?? '';
  if (!examples.includes(origin)) return { Vary: 'Origin' };
  return {
    'Access-Control-Allow-Origin': origin,
    'Access-Control-Allow-Headers': 'Authorization, DPoP',
    'Access-Control-Expose-Headers': 'Date, DPoP-Nonce, WWW-Authenticate',
    'Access-Control-Max-Age': '600',
    Vary: 'Origin',
  };
}

const pageHeaders = {
  'Content-Type': 'text/html; charset=utf-8',
  'Cache-Control': 'no-store',
  'Content-Security-Policy':
    "default-src 'none'; style-src 'unsafe-inline'; form-action 'self'; frame-ancestors 'none'; base-uri 'none'",
  'X-Content-Type-Options': 'nosniff',
};

export default {
  async fetch(request, { PORTCULLIS_ISSUER: issuer }) {
    const { pathname } = new URL(request.url);
    if (!isServed(pathname)) return Response.json({ error: 'not_found' }, { status: 404 });
    const cors = pathname === '/demo/api/me' ? corsHeaders(request) : {};
    // A preflight comes without a token and so without an assertion; it is told nothing but whom the API is open to.
    if (request.method === 'OPTIONS') return new Response(null, { status: 204, headers: cors });
    const verified = await verifierFor(pathname, issuer)(request.headers.get(ASSERTION_HEADER));
    if (!verified.ok) {
      // 503 when the issuer's keys cannot be had: that is nobody's fault who calls.
      const status = verified.code === 'keys_unavailable' ? 503 : 401;
      return Response.json(
        { error: verified.code, error_description: verified.description },
        { status, headers: cors },
      );
    }
    const { claims } = verified;
    if (pathname === '/demo/private/')
      return new Response(String(await greeting(claims)), { headers: pageHeaders });
    const { sub, name, email, auth_time, amr, client_id, scope, exp } = claims;
    return Response.json({ sub, name, email, auth_time, amr, client_id, scope, exp }, { headers: cors });
  },
} satisfies ExportedHandler<Environment>;
