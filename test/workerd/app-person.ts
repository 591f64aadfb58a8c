import { codeFor, issuer, Person, password, redirectUri } from './person.ts';

/** A person whose single-page app uses the session API from the issuer's own origin. */
export class AppPerson extends Person {
  call(
    method: string,
    path: string,
    body?: unknown,
    headers: Record<string, string> = {},
  ): Promise<Response> {
    return this.send(path, {
      method,
      headers: {
        Accept: '*/*',
        'Sec-Fetch-Site': 'same-origin',
        ...(method !== 'GET' && { Origin: issuer }),
        ...(body !== undefined && { 'Content-Type': 'application/json' }),
        ...headers,
      },
      ...(body !== undefined && { body: typeof body === 'string' ? body : JSON.stringify(body) }),
    });
  }

  login(changes: Record<string, unknown> = {}, headers: Record<string, string> = {}): Promise<Response> {
    return this.call(
      'POST',
      '/session/login',
      { client_id: 'demo', email: this.email, password, ...changes },
      headers,
    );
  }

  refresh(body: Record<string, unknown> = {}): Promise<Response> {
    return this.call('POST', '/session/refresh', { client_id: 'demo', ...body });
  }

  /** Redeems a code, as the app does on the way back from signing in. */
  redeem(
    { code, codeVerifier }: { code: string; codeVerifier: string },
    changes: Record<string, unknown> = {},
  ): Promise<Response> {
    return this.call('POST', '/session/token', {
      client_id: 'demo',
      code,
      code_verifier: codeVerifier,
      redirect_uri: redirectUri,
      ...changes,
    });
  }

  /** Loses all cookies but those whose names begin so. */
  keepOnly(...beginnings: string[]): void {
    for (const name of [...this.cookies.keys()]) {
      if (!beginnings.some((beginning) => name.startsWith(beginning))) this.cookies.delete(name);
    }
  }

  get refreshCookie(): [string, string] | undefined {
    return [...this.cookies].find(([name]) => name.startsWith('portcullis-refresh.'));
  }
}

export type Answer = { error?: string; cause?: string; access_token?: string; id_token?: string };
export const bodyOf = async (response: Response | Promise<Response>) =>
  (await (await response).json()) as Answer;

/** Signed in by a code, as the browser SDK does. */
export async function signedInByCode(changes: Record<string, string | undefined> = {}) {
  const person = new AppPerson();
  await person.signUp();
  const code = await codeFor(person, changes);
  return { person, code, response: await person.redeem(code) };
}
