import { createHash } from 'node:crypto';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import { exportJWK, generateKeyPair, importSPKI, type JWTPayload, jwtVerify, SignJWT } from 'jose';
import { freePort } from '../runtime/runtime.ts';
import { listen } from './stand-alone-ground.ts';

// GitHub, Apple and Microsoft as their documentation says that they answer, as far as somebody signs in with them.

type Answers = Record<
  string,
  (request: { query: URLSearchParams; form: URLSearchParams; headers: IncomingMessage['headers'] }) => unknown
>;

async function bodyOf(request: IncomingMessage): Promise<string> {
  let body = '';
  for await (const chunk of request.setEncoding('utf8')) body += chunk;
  return body;
}

/** A server that answers with JSON; `[status, body]` for another status. */
async function serve(make: (origin: string) => Answers) {
  const port = await freePort();
  const origin = `http://localhost:${port}`;
  const answers = make(origin);
  const calls: string[] = [];
  const server = createServer(async (request: IncomingMessage, response: ServerResponse) => {
    const url = new URL(request.url ?? '', origin);
    calls.push(`${request.method} ${url.pathname}`);
    const form = new URLSearchParams(await bodyOf(request));
    const answer = await answers[`${request.method} ${url.pathname}`]?.({
      query: url.searchParams,
      form,
      headers: request.headers,
    });
    const [status, body] = Array.isArray(answer) && typeof answer[0] === 'number' ? answer : [200, answer];
    response.writeHead(answer === undefined ? 404 : (status as number), {
      'Content-Type': 'application/json; charset=utf-8',
    });
    response.end(JSON.stringify(body ?? { message: 'Not Found' }));
  });
  await listen(server, port);
  return {
    origin,
    calls,
    stop() {
      server.closeAllConnections();
      server.close();
    },
  };
}

/** What an authorization request carried, checked as an endpoint would: anything missing is an error of ours. */
export interface Asked {
  clientId: string;
  redirectUri: string;
  state: string;
  nonce: string | null;
  scope: string;
  responseMode: string | null;
  codeChallenge: string;
  origin: string;
  pathname: string;
}

export function askedIn(address: string): Asked {
  const { origin, pathname, searchParams } = new URL(address);
  const must = (name: string): string => {
    const value = searchParams.get(name);
    if (!value) throw new Error(`no ${name} in ${address}`);
    return value;
  };
  if (must('response_type') !== 'code' || must('code_challenge_method') !== 'S256')
    throw new Error(`no code flow with S256: ${address}`);
  return {
    clientId: must('client_id'),
    redirectUri: must('redirect_uri'),
    state: must('state'),
    nonce: searchParams.get('nonce'),
    scope: must('scope'),
    responseMode: searchParams.get('response_mode'),
    codeChallenge: must('code_challenge'),
    origin,
    pathname,
  };
}

/** Whether the code comes from whoever was asked about, with the verifier of that challenge (RFC 7636 §4.6). */
function redeems(form: URLSearchParams, asked: Asked | undefined): boolean {
  const challenge = createHash('sha256')
    .update(form.get('code_verifier') ?? '')
    .digest('base64url');
  return (
    asked !== undefined &&
    form.get('grant_type') === 'authorization_code' &&
    form.get('code') === 'the-code' &&
    form.get('redirect_uri') === asked.redirectUri &&
    form.get('client_id') === asked.clientId &&
    challenge === asked.codeChallenge
  );
}

/** GitHub: OAuth 2.0; errors of the token endpoint come with status 200; the API knows nobody without a User-Agent. */
export async function startGitHub(secret: string) {
  const world = {
    asked: undefined as Asked | undefined,
    user: {} as object,
    emails: [] as object[] | undefined,
  };
  const api =
    (answer: () => unknown) =>
    ({ headers }: { headers: IncomingMessage['headers'] }) => {
      if (!headers['user-agent']) return [403, { message: 'Request forbidden by administrative rules.' }];
      return headers.authorization === 'Bearer gho_token' ? answer() : [401, { message: 'Bad credentials' }];
    };
  const server = await serve(() => ({
    'POST /login/oauth/access_token': ({ form, headers }) => {
      // Without this it answers with a form.
      if (headers.accept !== 'application/json') return undefined;
      if (form.get('client_secret') !== secret) return { error: 'incorrect_client_credentials' };
      if (!redeems(form, world.asked)) return { error: 'bad_verification_code' };
      return { access_token: 'gho_token', scope: 'read:user,user:email', token_type: 'bearer' };
    },
    'GET /api/v3/user': api(() => world.user),
    'GET /api/v3/user/emails': api(() => world.emails),
  }));
  return { ...server, world };
}

async function signer() {
  const { publicKey, privateKey } = await generateKeyPair('RS256');
  const jwk = { ...(await exportJWK(publicKey)), kid: 'k', alg: 'RS256', use: 'sig' };
  return {
    jwk,
    sign: (claims: JWTPayload) =>
      new SignJWT(claims).setProtectedHeader({ alg: 'RS256', kid: 'k' }).sign(privateKey),
  };
}

const times = () => {
  const iat = Math.floor(Date.now() / 1000);
  return { iat, exp: iat + 600 };
};

/** Apple: no UserInfo, a client secret that is a JWT of the developer's key, and claims that are texts. */
export async function startApple(publicKey: string, { teamId, keyId }: { teamId: string; keyId: string }) {
  const { jwk, sign } = await signer();
  const key = await importSPKI(publicKey, 'ES256');
  const world = { asked: undefined as Asked | undefined, claims: {} as JWTPayload, secrets: [] as string[] };
  const server = await serve((origin) => ({
    'GET /.well-known/openid-configuration': () => ({
      issuer: origin,
      authorization_endpoint: `${origin}/auth/authorize`,
      token_endpoint: `${origin}/auth/token`,
      revocation_endpoint: `${origin}/auth/revoke`,
      jwks_uri: `${origin}/auth/keys`,
      response_types_supported: ['code'],
      response_modes_supported: ['query', 'fragment', 'form_post'],
      subject_types_supported: ['pairwise'],
      id_token_signing_alg_values_supported: ['RS256'],
      scopes_supported: ['openid', 'email', 'name'],
      token_endpoint_auth_methods_supported: ['client_secret_post'],
    }),
    'GET /auth/keys': () => ({ keys: [jwk] }),
    'POST /auth/token': async ({ form }) => {
      const secret = form.get('client_secret') ?? '';
      const asked = world.asked;
      const verified = await jwtVerify(secret, key, {
        issuer: teamId,
        audience: origin,
        subject: asked?.clientId ?? '',
        algorithms: ['ES256'],
        maxTokenAge: '180 days',
      }).catch(() => undefined);
      world.secrets.push(secret);
      if (verified?.protectedHeader.kid !== keyId) return [400, { error: 'invalid_client' }];
      if (!redeems(form, asked)) return [400, { error: 'invalid_grant' }];
      const idToken = await sign({
        iss: origin,
        aud: asked?.clientId ?? '',
        ...times(),
        nonce: asked?.nonce,
        nonce_supported: true,
        ...world.claims,
      });
      return {
        access_token: 'a.0.apple',
        token_type: 'Bearer',
        expires_in: 3600,
        refresh_token: 'r.0.apple',
        id_token: idToken,
      };
    },
  }));
  return { ...server, world };
}

/** Microsoft: one set of keys for all tenants, an issuer for each. */
export async function startMicrosoft(secret: string) {
  const { jwk, sign } = await signer();
  const world = {
    asked: undefined as Asked | undefined,
    claims: {} as JWTPayload,
    /** Whose tokens the key signs. */
    keyIssuer: undefined as string | undefined,
  };
  const server = await serve((origin) => ({
    'GET /common/v2.0/.well-known/openid-configuration': () => ({
      issuer: `${origin}/{tenantid}/v2.0`,
      authorization_endpoint: `${origin}/common/oauth2/v2.0/authorize`,
      token_endpoint: `${origin}/common/oauth2/v2.0/token`,
      jwks_uri: `${origin}/common/discovery/v2.0/keys`,
      userinfo_endpoint: 'https://graph.microsoft.com/oidc/userinfo',
      token_endpoint_auth_methods_supported: ['client_secret_post', 'private_key_jwt', 'client_secret_basic'],
      response_modes_supported: ['query', 'fragment', 'form_post'],
      subject_types_supported: ['pairwise'],
      id_token_signing_alg_values_supported: ['RS256'],
    }),
    'GET /common/discovery/v2.0/keys': () => ({
      keys: [{ ...jwk, alg: undefined, issuer: world.keyIssuer ?? `${origin}/{tenantid}/v2.0` }],
    }),
    'POST /common/oauth2/v2.0/token': async ({ form }) => {
      const { asked } = world;
      if (form.get('client_secret') !== secret) return [401, { error: 'invalid_client' }];
      if (!redeems(form, asked)) return [400, { error: 'invalid_grant' }];
      const idToken = await sign({
        aud: asked?.clientId ?? '',
        ...times(),
        nonce: asked?.nonce,
        ver: '2.0',
        ...world.claims,
      });
      return {
        token_type: 'Bearer',
        scope: asked?.scope,
        expires_in: 3600,
        access_token: 'ey',
        id_token: idToken,
      };
    },
  }));
  return { ...server, world };
}
