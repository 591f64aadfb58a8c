import { importJWK, type JWTPayload, SignJWT } from 'jose';
import { issuer, type Person } from '../workerd/person.ts';
import { callback } from './config.ts';
import { clientPrivateKey } from './credentials.ts';

export type Changes = Record<string, string | string[] | undefined>;

/** The challenge of `codeVerifier`. */
const challenge = 'E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM';
export const codeVerifier = 'dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk';

/** An authorization request of a client of config.ts; `changes` with undefined take a parameter away. */
export function parametersOf(clientId: string, changes: Changes = {}): URLSearchParams {
  const all: Changes = {
    response_type: 'code',
    client_id: clientId,
    redirect_uri: callback,
    scope: 'openid',
    state: 's',
    nonce: 'n-1',
    code_challenge: challenge,
    code_challenge_method: 'S256',
    ...changes,
  };
  return new URLSearchParams(
    Object.entries(all).flatMap(([name, value]) =>
      [value ?? []].flat().map((one): [string, string] => [name, one]),
    ),
  );
}

/** A GET of the authorization endpoint. */
export const ask = (person: Person, clientId: string, changes: Changes = {}): Promise<Response> =>
  person.get(`/oauth/authorize?${parametersOf(clientId, changes)}`);

/** Where an answer leads. */
export const leadsTo = (response: Response): URL =>
  new URL(response.headers.get('Location') ?? 'missing:', issuer);

/** What an answer that goes back to the client says. */
export const answered = (response: Response): Record<string, string> =>
  Object.fromEntries(leadsTo(response).searchParams);

/** The form fields of a page. */
export const fieldsOf = (html: string): Record<string, string> =>
  Object.fromEntries(
    [...html.matchAll(/<input type="hidden" name="([^"]*)" value="([^"]*)"/g)].map(
      ([, name = '', value = '']) => [name, value.replaceAll('&amp;', '&').replaceAll('&quot;', '"')],
    ),
  );

/** A request object (RFC 9101) that says what `parametersOf` would. Claims changed to undefined are left out. */
export async function requestObject(
  clientId: string,
  changes: Record<string, unknown> = {},
  { header = {}, key = clientPrivateKey }: { header?: Record<string, unknown>; key?: object } = {},
): Promise<string> {
  const now = Math.floor(Date.now() / 1000);
  const claims = {
    iss: clientId,
    aud: issuer,
    exp: now + 60,
    ...Object.fromEntries(parametersOf(clientId)),
    ...changes,
  } as JWTPayload;
  return new SignJWT(claims)
    .setProtectedHeader({ alg: 'ES256', kid: 'client-key', typ: 'oauth-authz-req+jwt', ...header })
    .sign(await importJWK(key, 'ES256'));
}
