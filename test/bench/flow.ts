import { createHash, randomBytes } from 'node:crypto';
import type { Answer, Http, Lane } from './load.ts';

/** As long as they are: a session keeps it. */
const userAgent =
  'Mozilla/5.0 (Macintosh; Intel Mac OS X 10_15_7) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/149.0.0.0 Safari/537.36';

/** A browser: it keeps cookies and follows redirects within its origin. */
export class Browser {
  readonly #http: Http;
  readonly #cookies = new Map<string, string>();

  constructor(http: Http) {
    this.#http = http;
  }

  get cookie(): string {
    return [...this.#cookies].map(([name, value]) => `${name}=${value}`).join('; ');
  }

  async #send(method: 'GET' | 'POST', path: string, form?: Record<string, string>): Promise<Answer> {
    const answer = await this.#http.send({
      method,
      path,
      headers: {
        Accept: 'text/html',
        'User-Agent': userAgent,
        'Sec-Fetch-Mode': 'navigate',
        'Sec-Fetch-Dest': 'document',
        ...(this.#cookies.size > 0 && { Cookie: this.cookie }),
        ...(form && { Origin: this.#http.origin }),
      },
      ...(form && { form }),
    });
    for (const line of answer.headers['set-cookie'] ?? []) {
      const [pair = ''] = line.split(';');
      const at = pair.indexOf('=');
      this.#cookies.set(pair.slice(0, at), pair.slice(at + 1));
    }
    return answer;
  }

  /** Navigates. @returns the first answer that is no redirect, or that leads to `stopAt`, with its address */
  async visit(path: string, stopAt?: string): Promise<{ answer: Answer; location: string }> {
    let location = new URL(path, this.#http.origin).href;
    for (let hops = 0; hops < 10; hops++) {
      const { pathname, search } = new URL(location);
      const answer = await this.#send('GET', pathname + search);
      if (answer.headers.location === undefined) return { answer, location };
      location = new URL(answer.headers.location, location).href;
      if (stopAt !== undefined && location.startsWith(stopAt)) return { answer, location };
    }
    throw new Error(`${path} redirects for ever`);
  }

  submit(path: string, form: Record<string, string>): Promise<Answer> {
    return this.#send('POST', path, form);
  }
}

/** How to get tokens of an authorization server, and how to refresh them. */
export interface TokenServer {
  http: Http;
  authorizePath: string;
  tokenPath: string;
  redirectUri: string;
  parameters: { client_id: string; scope?: string; resource?: string };
}

export interface Tokens {
  access_token: string;
  refresh_token: string;
}

/** The answer's tokens. @throws Error without them: a server that refuses is not measured */
function tokensOf(what: string, { status, body }: Answer): Tokens {
  const tokens = status === 200 ? (JSON.parse(body) as Partial<Tokens>) : {};
  if (!tokens.access_token || !tokens.refresh_token) throw new Error(`${what}: ${status} ${body}`);
  return { access_token: tokens.access_token, refresh_token: tokens.refresh_token };
}

/** Authorization code with PKCE, for whoever is signed in in this browser. */
export async function obtainTokens(server: TokenServer, browser: Browser): Promise<Tokens> {
  const { http, authorizePath, tokenPath, redirectUri, parameters } = server;
  const codeVerifier = randomBytes(32).toString('base64url');
  const query = new URLSearchParams({
    ...parameters,
    response_type: 'code',
    redirect_uri: redirectUri,
    state: 'bench',
    code_challenge: createHash('sha256').update(codeVerifier).digest('base64url'),
    code_challenge_method: 'S256',
  });
  const { answer, location } = await browser.visit(`${authorizePath}?${query}`, redirectUri);
  const code = new URL(location).searchParams.get('code');
  if (!code) throw new Error(`no code from ${http.origin}: ${answer.status} ${location} ${answer.body}`);
  const form = {
    grant_type: 'authorization_code',
    client_id: parameters.client_id,
    redirect_uri: redirectUri,
    code,
    code_verifier: codeVerifier,
  };
  return tokensOf('code exchange', await http.send({ method: 'POST', path: tokenPath, form }));
}

/** A client that refreshes, waits for its next refresh token, and refreshes with that: one chain. */
export function refreshing({ http, tokenPath, parameters }: TokenServer, tokens: Tokens): Lane {
  let current = tokens.refresh_token;
  return async () => {
    const form = {
      grant_type: 'refresh_token',
      client_id: parameters.client_id,
      refresh_token: current,
    };
    const headers = { 'User-Agent': userAgent };
    const next = tokensOf('refresh', await http.send({ method: 'POST', path: tokenPath, headers, form }));
    if (next.refresh_token === current) throw new Error('the refresh token did not rotate');
    current = next.refresh_token;
  };
}

/** The demo client of Portcullis. */
export const portcullisServer = (http: Http): TokenServer => ({
  http,
  authorizePath: '/oauth/authorize',
  tokenPath: '/oauth/token',
  redirectUri: `${http.origin}/demo/`,
  parameters: {
    client_id: 'demo',
    scope: 'openid profile email demo:read',
    resource: `${http.origin}/demo/api`,
  },
});

export interface Person {
  browser: Browser;
  email: string;
}

export const password = 'correct horse battery staple';

/** A new account, signed in. */
export async function signUp(http: Http): Promise<Person> {
  const browser = new Browser(http);
  const email = `${randomBytes(8).toString('hex')}@example.com`;
  const { status, body } = await browser.submit('/signup', { name: 'Ada Lovelace', email, password });
  if (status !== 303) throw new Error(`sign-up: ${status} ${body}`);
  return { browser, email };
}

/** Signs the same people in again and again. */
export function signingIn(http: Http, { email }: Person): Lane {
  return async () => {
    const { status } = await new Browser(http).submit('/signin', { email, password });
    if (status !== 303) throw new Error(`sign-in: ${status}`);
  };
}

/** One after the other: setting up is not measured, and must not be a load of its own. */
export async function inTurn<T, U>(items: readonly T[], make: (item: T) => Promise<U>): Promise<U[]> {
  const made: U[] = [];
  for (const item of items) made.push(await make(item));
  return made;
}
