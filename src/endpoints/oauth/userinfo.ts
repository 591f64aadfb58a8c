import type { Context } from 'hono';
import type { Dependencies } from '../../dependencies.ts';
import { userInfoClaims } from '../../grants/profile-claims.ts';
import { checkProof } from '../../middleware/dpop.ts';
import { readForm } from '../../middleware/form.ts';
import { challengeHeader } from '../../verify/challenge.ts';
import { defaultProofAlgorithms } from '../../verify/dpop.ts';

type Scheme = 'Bearer' | 'DPoP';

/** RFC 6750 §3.1, and RFC 9449 §7.1 for a token that is bound to a key. */
function refuse(
  c: Context,
  status: 400 | 401 | 403,
  error: string,
  description: string,
  { scheme = 'Bearer', scope }: { scheme?: Scheme; scope?: string[] } = {},
): Response {
  const algs = scheme === 'DPoP' ? defaultProofAlgorithms : undefined;
  const challenge = { error, error_description: description, algs, scope };
  c.header('WWW-Authenticate', challengeHeader(scheme, challenge));
  c.header('Cache-Control', 'no-store');
  return c.json({ error, error_description: description }, status);
}

/** The token of a request and how it came; nothing where there is none (RFC 6750 §2). */
async function presentedToken(c: Context): Promise<{ token: string; scheme: Scheme } | undefined | Response> {
  const malformed = (description: string) => refuse(c, 400, 'invalid_request', description);
  // RFC 9700 §4.3.2: addresses end up in logs and histories.
  if (new URL(c.req.url).searchParams.has('access_token'))
    return malformed('an access token must not be in the address');
  const authorization = c.req.header('Authorization');
  const match = /^(Bearer|DPoP) +([A-Za-z0-9._~+/-]+=*)$/i.exec(authorization ?? '');
  const isForm = /^application\/x-www-form-urlencoded\b/i.test(c.req.header('Content-Type') ?? '');
  let inBody: string | undefined;
  if (c.req.method === 'POST' && isForm) {
    const form = await readForm(c);
    if (form.kind === 'malformed') return malformed(form.description);
    inBody = form.parameters.get('access_token');
  }
  if (authorization !== undefined && inBody !== undefined)
    return malformed('the access token is sent in two ways; send it in one');
  if (inBody !== undefined) return { token: inBody, scheme: 'Bearer' };
  if (!match) return undefined;
  return { token: match[2] ?? '', scheme: match[1]?.toLowerCase() === 'dpop' ? 'DPoP' : 'Bearer' };
}

/** GET and POST /oauth/userinfo: OpenID Connect Core §5.3. Asks the user's object, so a signed-out token is refused. */
export const userinfo = (dependencies: Dependencies) => async (c: Context) => {
  const { accessTokens, clients, config, keys } = dependencies;
  const presented = await presentedToken(c);
  if (presented instanceof Response) return presented;
  if (!presented) {
    // RFC 6750 §3.1: without credentials, no error code.
    c.header('WWW-Authenticate', 'Bearer');
    c.header('WWW-Authenticate', challengeHeader('DPoP', { algs: defaultProofAlgorithms }), { append: true });
    c.header('Cache-Control', 'no-store');
    const error_description = 'send an access token as Authorization: Bearer';
    return c.json({ error: 'invalid_token', error_description }, 401);
  }
  const { token, scheme } = presented;
  const claims = await accessTokens.read(token);
  // Its audience includes us exactly when it was issued with openid, or for nobody else.
  if (!claims || ![claims.aud].flat().includes(config.issuer))
    return refuse(c, 401, 'invalid_token', 'the access token is not valid here', { scheme });
  if (claims.cnf) {
    // RFC 9449 §7.2: a bound token that is sent as a bearer token may have been stolen.
    if (scheme !== 'DPoP') {
      const description = 'the access token is bound to a key: send it as Authorization: DPoP, with a proof';
      return refuse(c, 401, 'invalid_token', description, { scheme: 'DPoP' });
    }
    const proved = await checkProof(c, dependencies, { accessToken: { token, jkt: claims.cnf.jkt } });
    if (proved instanceof Response) return proved;
  } else if (scheme === 'DPoP') {
    return refuse(c, 401, 'invalid_token', 'the access token is bound to no key: send it as Bearer', {
      scheme,
    });
  }
  const scope = claims.scope?.split(' ') ?? [];
  if (!scope.includes('openid'))
    return refuse(c, 403, 'insufficient_scope', 'the scope openid is needed', { scheme, scope: ['openid'] });
  const status = await accessTokens.status(claims);
  if (status.kind === 'ended' || !status.session) {
    const description = 'the access token has been revoked, or its sign-in has ended';
    return refuse(c, 401, 'invalid_token', description, { scheme });
  }
  const answer = userInfoClaims(status.session.profile, scope, status.session.claims);
  c.header('Cache-Control', 'no-store');
  const alg = (await clients.find(claims.client_id))?.userinfoSignedResponseAlg;
  if (alg === undefined) return c.json(answer);
  // OpenID Connect Core §5.3.2: signed, it says for whom it is.
  const jwt = await keys.sign(alg, 'JWT', { ...answer, iss: config.issuer, aud: claims.client_id });
  return c.body(jwt, 200, { 'Content-Type': 'application/jwt' });
};
