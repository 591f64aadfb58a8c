import { createHash, randomBytes } from 'node:crypto';
import { Browser } from './browser.ts';
import { type Answer, locationOf, post, send } from './http.ts';

const random = (): string => randomBytes(32).toString('base64url');

export interface Tokens {
  accessToken: string;
  refreshToken: string;
  idToken: string;
}

/** The demo, as a public client of the issuer. */
export const demo = (issuer: string) => {
  const redirectUri = `${issuer}/demo/`;
  const client = { client_id: 'demo' };
  return {
    redirectUri,
    /** An authorization request that is right in every respect, with `changes`. */
    authorization(codeVerifier: string, changes: Record<string, string> = {}): string {
      const parameters = new URLSearchParams({
        response_type: 'code',
        ...client,
        redirect_uri: redirectUri,
        scope: 'openid profile email demo:read',
        code_challenge: createHash('sha256').update(codeVerifier).digest('base64url'),
        code_challenge_method: 'S256',
        ...changes,
      });
      return `${issuer}/oauth/authorize?${parameters}`;
    },
    redeem: (code: string, codeVerifier: string): Promise<Answer> =>
      post(`${issuer}/oauth/token`, {
        grant_type: 'authorization_code',
        ...client,
        redirect_uri: redirectUri,
        code,
        code_verifier: codeVerifier,
      }),
    refresh: (refreshToken: string): Promise<Answer> =>
      post(`${issuer}/oauth/token`, { grant_type: 'refresh_token', ...client, refresh_token: refreshToken }),
    revoke: (refreshToken: string): Promise<Answer> =>
      post(`${issuer}/oauth/revoke`, { ...client, token: refreshToken }),
    userinfo: (accessToken: string): Promise<Answer> =>
      send(`${issuer}/oauth/userinfo`, { headers: { Authorization: `Bearer ${accessToken}` } }),
  };
};

/** The tokens of an answer of the token endpoint. @throws when it is an error. */
export function tokensOf({ status, text }: Answer): Tokens {
  const { access_token, refresh_token, id_token } = JSON.parse(text) as Record<string, string>;
  if (status !== 200 || !access_token || !refresh_token) throw new Error(`no tokens: ${status} ${text}`);
  return { accessToken: access_token, refreshToken: refresh_token, idToken: id_token ?? '' };
}

interface Credentials {
  email: string;
  password: string;
}

const newCredentials = (): Credentials => ({
  email: `ada.${randomBytes(8).toString('hex')}@example.com`,
  password: `correct horse ${randomBytes(8).toString('hex')}`,
});

/** Somebody with a browser; by default whom nobody knows yet. */
export class Person implements Credentials {
  readonly browser = new Browser();
  readonly name = 'Ada Lovelace';
  readonly email: string;
  readonly password: string;
  readonly issuer: string;

  constructor(issuer: string, { email, password } = newCredentials()) {
    this.issuer = issuer;
    this.email = email;
    this.password = password;
  }

  /** The same person at another browser. */
  elsewhere(): Person {
    return new Person(this.issuer, this);
  }

  /** Whoever has copied this browser's cookies. */
  copy(): Person {
    const copy = this.elsewhere();
    for (const [name, value] of this.browser.cookies) copy.browser.cookies.set(name, value);
    return copy;
  }

  /** Whether the browser was told that it is signed in, and not that it is not any more. */
  get isSignedIn(): boolean {
    return this.browser.cookies.has('portcullis-session');
  }

  /** Fills in the sign-up form of the page that the browser shows. */
  signUpHere(): Promise<Answer> {
    return this.browser.submit('/signup', { name: this.name, email: this.email, password: this.password });
  }

  /** Fills in the sign-in form of the page that the browser shows. */
  signInHere(): Promise<Answer> {
    return this.browser.submit('/signin', { email: this.email, password: this.password });
  }

  async signUp(): Promise<Answer> {
    await this.browser.open(`${this.issuer}/signup`);
    return this.signUpHere();
  }

  async signIn(): Promise<Answer> {
    await this.browser.open(`${this.issuer}/signin`);
    return this.signInHere();
  }

  /** A code for the demo; the browser is signed in. */
  async code(): Promise<{ code: string; codeVerifier: string }> {
    const codeVerifier = random();
    const answer = await this.browser.send(demo(this.issuer).authorization(codeVerifier));
    const code = new URL(locationOf(answer)).searchParams.get('code');
    if (!code) throw new Error(`no code: ${locationOf(answer)}`);
    return { code, codeVerifier };
  }

  /** Tokens for the demo; the browser is signed in. */
  async tokens(): Promise<Tokens> {
    const { code, codeVerifier } = await this.code();
    return tokensOf(await demo(this.issuer).redeem(code, codeVerifier));
  }
}
