import { SELF } from 'cloudflare:test';

export const issuer = 'http://localhost:8787';
export const redirectUri = `${issuer}/demo/`;
export const password = 'correct horse battery';

const encode = (bytes: Uint8Array): string =>
  btoa(String.fromCharCode(...bytes))
    .replaceAll('+', '-')
    .replaceAll('/', '_')
    .replaceAll('=', '');

/** The challenge that belongs to a PKCE verifier. */
export const challengeOf = async (verifier: string): Promise<string> =>
  encode(new Uint8Array(await crypto.subtle.digest('SHA-256', new TextEncoder().encode(verifier))));

export const randomText = (): string => encode(crypto.getRandomValues(new Uint8Array(32)));

/** Posts a form as a page of the issuer's own would. */
export const post = (
  path: string,
  form: Record<string, string>,
  headers: Record<string, string> = {},
): Promise<Response> =>
  SELF.fetch(issuer + path, {
    method: 'POST',
    redirect: 'manual',
    headers: { 'Content-Type': 'application/x-www-form-urlencoded', ...headers },
    body: new URLSearchParams(form).toString(),
  });

/** A person with a browser: keeps cookies, follows nothing by itself. */
export class Person {
  readonly cookies = new Map<string, string>();
  readonly email: string;

  constructor(email = `${randomText().slice(0, 12).toLowerCase()}@example.com`) {
    this.email = email;
  }

  send(path: string, init: RequestInit): Promise<Response> {
    return this.through(path, init, issuer, (request) => SELF.fetch(request));
  }

  /** Sends a request with this browser's cookies, and keeps those of the answer. */
  protected async through(
    path: string,
    init: RequestInit,
    base: string,
    fetch: (request: Request) => Promise<Response>,
  ): Promise<Response> {
    const headers = new Headers(init.headers);
    const cookie = [...this.cookies].map(([name, value]) => `${name}=${value}`).join('; ');
    if (cookie) headers.set('Cookie', cookie);
    const response = await fetch(
      new Request(new URL(path, base).href, { ...init, headers, redirect: 'manual' }),
    );
    for (const line of response.headers.getSetCookie()) {
      const [pair = '', ...attributes] = line.split(';');
      const at = pair.indexOf('=');
      const expired = attributes.some((attribute) => attribute.trim().toLowerCase() === 'max-age=0');
      if (expired) this.cookies.delete(pair.slice(0, at));
      else this.cookies.set(pair.slice(0, at), pair.slice(at + 1));
    }
    return response;
  }

  get(path: string, headers: Record<string, string> = {}): Promise<Response> {
    return this.send(path, { headers: { Accept: 'text/html', ...headers } });
  }

  submit(
    path: string,
    form: Record<string, string>,
    headers: Record<string, string> = {},
  ): Promise<Response> {
    return this.send(path, {
      method: 'POST',
      headers: {
        Accept: 'text/html',
        'Content-Type': 'application/x-www-form-urlencoded',
        Origin: issuer,
        'Sec-Fetch-Site': 'same-origin',
        ...headers,
      },
      body: new URLSearchParams(form).toString(),
    });
  }

  signUp(form: Record<string, string> = {}): Promise<Response> {
    return this.submit('/signup', { name: 'Ada', email: this.email, password, ...form });
  }

  signIn(form: Record<string, string> = {}): Promise<Response> {
    return this.submit('/signin', { email: this.email, password, ...form });
  }
}

export const defaults = {
  client_id: 'demo',
  redirect_uri: redirectUri,
  scope: 'openid profile email demo:read',
};

/** The address of an authorization request; `changes` with undefined take a parameter away. */
export function authorizeUrl(changes: Record<string, string | undefined>): string {
  const parameters = new URLSearchParams();
  const all = { response_type: 'code', ...defaults, code_challenge_method: 'S256', ...changes };
  for (const [name, value] of Object.entries(all)) if (value !== undefined) parameters.set(name, value);
  return `/oauth/authorize?${parameters}`;
}

/** A code for a person who is signed in. */
export async function codeFor(person: Person, changes: Record<string, string | undefined> = {}) {
  const codeVerifier = randomText();
  const response = await person.get(
    authorizeUrl({ code_challenge: await challengeOf(codeVerifier), state: 'xyz', nonce: 'n-1', ...changes }),
  );
  const location = new URL(response.headers.get('Location') ?? 'missing:');
  return { code: location.searchParams.get('code') ?? '', codeVerifier, location, response };
}

export interface Tokens {
  access_token: string;
  refresh_token: string;
  id_token: string;
  expires_in: number;
  scope: string;
  token_type: string;
}

export const exchange = (
  code: string,
  codeVerifier: string,
  changes: Record<string, string> = {},
): Promise<Response> =>
  post('/oauth/token', {
    grant_type: 'authorization_code',
    client_id: 'demo',
    redirect_uri: redirectUri,
    code,
    code_verifier: codeVerifier,
    ...changes,
  });

export const refresh = (refreshToken: string, changes: Record<string, string> = {}): Promise<Response> =>
  post('/oauth/token', {
    grant_type: 'refresh_token',
    client_id: 'demo',
    refresh_token: refreshToken,
    ...changes,
  });

/** A new person, signed up, with the tokens of the demo. */
export async function personWithTokens(changes: Record<string, string | undefined> = {}) {
  const person = new Person();
  await person.signUp();
  const { code, codeVerifier } = await codeFor(person, changes);
  const response = await exchange(code, codeVerifier);
  return { person, code, codeVerifier, tokens: (await response.json()) as Tokens };
}
