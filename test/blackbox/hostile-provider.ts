import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import { exportJWK, generateKeyPair, type JWTPayload, SignJWT } from 'jose';
import { freePort } from '../runtime/runtime.ts';
import { listen } from './stand-alone-ground.ts';

/** How one endpoint answers: JSON, or whatever it does with the response itself. */
export type Behaviour = object | ((response: ServerResponse, request: IncomingMessage) => void);

const { publicKey, privateKey } = await generateKeyPair('RS256');
const jwk = { ...(await exportJWK(publicKey)), kid: 'k', alg: 'RS256', use: 'sig' };

export const redirecting =
  (to: string): Behaviour =>
  (response) =>
    response.writeHead(302, { Location: to }).end();
export const failing =
  (status: number, body: object = {}): Behaviour =>
  (response) =>
    response.writeHead(status, { 'Content-Type': 'application/json' }).end(JSON.stringify(body));
export const asPage: Behaviour = (response) =>
  response.writeHead(200, { 'Content-Type': 'text/html' }).end('<h1>Maintenance</h1>');
/** Begins well and never ends. */
export const endless: Behaviour = (response) => {
  response.writeHead(200, { 'Content-Type': 'application/json' });
  const more = () => {
    while (!response.destroyed && response.write(`"${'x'.repeat(16_000)}",`));
  };
  response.write('[');
  response.on('drain', more).on('error', () => undefined);
  more();
};
/** Takes the request and says nothing. */
export const silent: Behaviour = () => undefined;

/** What a token endpoint answers. */
export const tokens = (id_token: string | undefined, changes: object = {}): Behaviour => ({
  access_token: 'a',
  token_type: 'Bearer',
  expires_in: 300,
  id_token,
  ...changes,
});

/** A provider that does whatever a test wants, and right what the test leaves alone. */
export async function startHostileProvider() {
  const port = await freePort();
  const issuer = `http://localhost:${port}`;
  const metadata = {
    issuer,
    authorization_endpoint: `${issuer}/authorize`,
    token_endpoint: `${issuer}/token`,
    userinfo_endpoint: `${issuer}/me`,
    introspection_endpoint: `${issuer}/introspect`,
    jwks_uri: `${issuer}/jwks`,
    authorization_response_iss_parameter_supported: true,
    backchannel_logout_supported: true,
    end_session_endpoint: `${issuer}/end`,
  };
  const usual: Record<string, Behaviour> = {
    '/.well-known/openid-configuration': metadata,
    '/jwks': { keys: [jwk] },
    '/me': { sub: 'ada', name: 'Ada' },
  };
  const world = { behaviours: {} as Record<string, Behaviour>, calls: [] as string[] };
  const server = createServer((request, response) => {
    const path = request.url?.split('?')[0] ?? '';
    world.calls.push(path);
    request.resume();
    const behaviour = world.behaviours[path] ?? usual[path] ?? failing(404);
    if (typeof behaviour === 'function') behaviour(response, request);
    else response.writeHead(200, { 'Content-Type': 'application/json' }).end(JSON.stringify(behaviour));
  });
  await listen(server, port);
  const signed = (
    claims: JWTPayload,
    header: object = {},
    key: Parameters<SignJWT['sign']>[0] = privateKey,
  ) => new SignJWT(claims).setProtectedHeader({ alg: 'RS256', kid: 'k', ...header }).sign(key);

  return {
    issuer,
    world,
    metadata,
    signed,
    publicJwk: jwk,
    idToken(nonce: string, changes: JWTPayload = {}, header?: object, key?: Parameters<SignJWT['sign']>[0]) {
      const iat = Math.floor(Date.now() / 1000);
      const right = {
        iss: issuer,
        aud: 'edge-gate',
        sub: 'ada',
        sid: 's',
        nonce,
        iat,
        exp: iat + 300,
        auth_time: iat,
      };
      return signed({ ...right, ...changes }, header, key);
    },
    stop() {
      server.closeAllConnections();
      server.close();
    },
  };
}

export type HostileProvider = Awaited<ReturnType<typeof startHostileProvider>>;
