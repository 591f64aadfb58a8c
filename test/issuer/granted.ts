import { SELF } from 'cloudflare:test';
import { challengeOf, issuer, Person, post, randomText, type Tokens } from '../workerd/person.ts';
import type { ProofKey } from '../workerd/proof-key.ts';
import { callback } from './config.ts';
import { clientSecret } from './credentials.ts';

/** Authenticates a client of config.ts that has a secret for the header. */
export const basic = (clientId: string): Record<string, string> => ({
  Authorization: `Basic ${btoa(`${clientId}:${clientSecret}`)}`,
});

export interface Asked {
  clientId?: string;
  scope?: string;
  resource?: string[];
  /** Other parameters of the authorization request. */
  also?: Record<string, string>;
  /** Resources that the token request names. */
  tokenResource?: string[];
  /** Whose proof comes with the token request, and what else is in its header. */
  key?: ProofKey;
  headers?: Record<string, string>;
}

export async function signedUp(): Promise<Person> {
  const person = new Person();
  await person.signUp();
  return person;
}

/** A code for a person, and its verifier. */
export async function authorized(
  person: Person,
  { clientId = 'spa', scope = 'openid', resource = [], also = {} }: Asked,
) {
  const verifier = randomText();
  const parameters = new URLSearchParams({
    response_type: 'code',
    client_id: clientId,
    redirect_uri: callback,
    scope,
    nonce: 'n-1',
    code_challenge: await challengeOf(verifier),
    code_challenge_method: 'S256',
    ...also,
  });
  for (const one of resource) parameters.append('resource', one);
  const response = await person.get(`/oauth/authorize?${parameters}`);
  const code = new URL(response.headers.get('Location') ?? 'missing:').searchParams.get('code') ?? '';
  return { code, verifier };
}

/** The answer of the token endpoint to a code. */
export function redeemed(
  { code, verifier }: { code: string; verifier: string },
  { clientId = 'spa', tokenResource = [], key, headers = {} }: Asked,
): Promise<Response> {
  const form = new URLSearchParams({
    grant_type: 'authorization_code',
    client_id: clientId,
    redirect_uri: callback,
    code,
    code_verifier: verifier,
  });
  for (const one of tokenResource) form.append('resource', one);
  const send = (proof = {}) => postForm('/oauth/token', form, { ...headers, ...proof });
  return key ? key.send(send) : send();
}

/** Posts a form in which a name may stand several times. */
export const postForm = (
  path: string,
  form: URLSearchParams,
  headers: Record<string, string> = {},
): Promise<Response> => SELF.fetch(issuer + path, { method: 'POST', body: form, headers });

/** A new person, and the tokens that a public client of config.ts got for them. */
export async function granted(asked: Asked = {}): Promise<{ person: Person; tokens: Tokens }> {
  const person = await signedUp();
  const response = await redeemed(await authorized(person, asked), asked);
  return { person, tokens: (await response.json()) as Tokens };
}

/** What introspection tells `clientId` of a token. */
export async function introspected(
  token: string,
  clientId = 'notes-server',
): Promise<{ active: boolean } & Record<string, unknown>> {
  const response = await post('/oauth/introspect', { token }, basic(clientId));
  return (await response.json()) as { active: boolean };
}

export const userinfo = (
  authorization: string | undefined,
  init: RequestInit = {},
  path = '/oauth/userinfo',
): Promise<Response> =>
  SELF.fetch(issuer + path, {
    ...init,
    headers: { ...(authorization && { Authorization: authorization }), ...(init.headers as object) },
  });
