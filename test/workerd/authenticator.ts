import { expect, vi } from 'vitest';
import { AuthenticatorApp, codesOn, hidden } from '../issuer/authenticator-app.ts';
import { Person } from './person.ts';

export * from '../issuer/authenticator-app.ts';

/** Moves the clock on, so that the app shows another code. */
export const later = (seconds: number): void => {
  vi.useFakeTimers({ toFake: ['Date'], now: Date.now() + seconds * 1000 });
};

/** Sets an app up on the account's page. @returns the app, and the recovery codes that came with it */
export async function setUp(person: Person): Promise<{ app: AuthenticatorApp; codes: string[] }> {
  const page = await (await person.get('/account/authenticator?another=yes')).text();
  const app = new AuthenticatorApp(page);
  const form = { setup: hidden(page, 'setup'), code: await app.code() };
  const codes = codesOn(await (await person.submit('/account/authenticator', form)).text());
  return { app, codes };
}

/** Somebody with an authenticator app, a minute after it was set up. */
export async function personWithApp() {
  const person = new Person();
  await person.signUp();
  const { app, codes } = await setUp(person);
  expect(codes).toHaveLength(10);
  later(60);
  return { person, app, codes };
}

/** The same person in a browser that nobody has used yet. */
export const elsewhere = ({ email }: Person): Person => new Person(email);

/** Proves the first factor; the second is due. */
export async function withPassword(person: Person): Promise<Response> {
  const response = await person.signIn();
  expect(response.headers.get('Location')).toMatch(/^\/signin\/second-factor/);
  return response;
}

export const prove = (person: Person, code: string, form: Record<string, string> = {}): Promise<Response> =>
  person.submit('/signin/second-factor', { code, ...form });

export const isSignedIn = async (person: Person): Promise<boolean> =>
  (await person.get('/account')).status === 200;
