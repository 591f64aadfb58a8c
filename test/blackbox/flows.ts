import { clientPrivateKey } from '../issuer/credentials.ts';
import { formsOf } from './browser.ts';
import { type Answer, locationOf } from './http.ts';
import { Person } from './person.ts';

/** The private key of the clients of test/issuer/config.ts that have one, with its name. */
export const clientKey = {
  key: await crypto.subtle.importKey('jwk', clientPrivateKey, { name: 'ECDSA', namedCurve: 'P-256' }, false, [
    'sign',
  ]),
  kid: clientPrivateKey.kid,
};

/** Somebody with an account and a session. */
export async function somebody(issuer: string): Promise<Person> {
  const person = new Person(issuer);
  await person.signUp();
  return person;
}

/**
 * Opens an address of the issuer's and goes where it leads, until it leads to an app. Nobody listens there.
 * @returns where to, or undefined when a page of the issuer's is shown instead: it is then the browser's.
 */
export async function openUntilAway(person: Person, url: string | URL): Promise<URL | undefined> {
  return away(person, await person.browser.send(String(url), { headers: { Accept: 'text/html' } }));
}

/** Sends the form of the page that the browser shows, and goes on likewise. */
export async function submitUntilAway(
  person: Person,
  action: string,
  typed: Record<string, string> = {},
): Promise<URL | undefined> {
  const { url, ...sent } = person.browser.filled(action, typed);
  return away(person, await person.browser.send(url, sent));
}

async function away(person: Person, answer: Answer): Promise<URL | undefined> {
  person.browser.page = answer;
  if (answer.status < 300 || answer.status >= 400) return undefined;
  const location = new URL(locationOf(answer));
  return location.origin === person.issuer ? openUntilAway(person, location) : location;
}

/** What the browser would post to the app from the page that it shows (`response_mode=form_post`). */
export function formPosted(person: Person): Request {
  const [form] = formsOf(person.browser.page.text);
  if (!form) throw new Error(`no form on ${person.browser.page.text}`);
  return new Request(form.action, { method: form.method, body: new URLSearchParams(form.fields) });
}
