import { randomBytes } from 'node:crypto';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { Authenticator } from '../passkeys/authenticator.ts';
import { type Runtime, startRuntime } from '../runtime/runtime.ts';
import { Browser, formsOf } from './browser.ts';
import { closeDoor, openings } from './doors.ts';
import { type Answer, locationOf } from './http.ts';
import { demo, Person } from './person.ts';

const GUESSES = 200;
/** What the configuration allows at everybody's door. */
const ALLOWED = 10;

let runtime: Runtime;
beforeAll(async () => {
  runtime = await startRuntime();
});
afterAll(() => runtime.stop());

/** What a page asks `navigator.credentials` for. */
const passkeyOptions = (html: string): string =>
  (/<input[^>]*data-options[^>]*value="([^"]*)"/.exec(html)?.[1] ?? '')
    .replaceAll('&quot;', '"')
    .replaceAll('&amp;', '&');

/** Adds a passkey to the account of somebody who is signed in. */
async function withPasskey(person: Person): Promise<Authenticator> {
  const device = await Authenticator.make(runtime.url);
  const { text } = await person.browser.open(`${runtime.url}/account/passkeys`);
  const credential = await device.create(passkeyOptions(text));
  const form = formsOf(text).find(({ action }) => action === '/account/passkeys');
  await person.browser.submit('/account/passkeys', { ...form?.fields, credential });
  return device;
}

async function signInByPasskey(device: Authenticator, person: Person): Promise<void> {
  const { text } = await person.browser.open(`${runtime.url}/signin`);
  const credential = await device.get(passkeyOptions(text));
  await person.browser.submit('/signin/passkey', { credential });
}

test(`of ${GUESSES} guesses at once exactly ${ALLOWED} are compared, and the owner goes in and out meanwhile`, async () => {
  const owner = new Person(runtime.url);
  await owner.signUp();
  const device = await withPasskey(owner);
  const tokens = await owner.tokens();

  // Each from a browser of its own: nothing but the account binds them together.
  const guess = async (): Promise<Answer> => {
    const browser = new Browser();
    await browser.open(`${runtime.url}/signin`);
    const typed = { email: owner.email, password: `guess ${randomBytes(8).toString('hex')}` };
    const { url, ...sent } = browser.filled('/signin', typed);
    return browser.send(url, sent);
  };
  const began = performance.now();
  const answers = await Promise.all(Array.from({ length: GUESSES }, guess));
  const count = (wanted: number) => answers.filter(({ status }) => status === wanted).length;
  expect(count(401) + count(429)).toBe(GUESSES);
  expect(count(401)).toBeGreaterThanOrEqual(ALLOWED);
  // None more, unless they took so long that the door opened once again.
  expect(count(401)).toBeLessThanOrEqual(ALLOWED + openings((performance.now() - began) / 1000));
  await closeDoor(guess);

  // The door is closed to strangers, with the right password too.
  const stranger = owner.elsewhere();
  expect((await stranger.signIn()).status).toBe(429);
  expect(stranger.isSignedIn).toBe(false);

  // The live session and what it gave out go on,
  expect((await owner.browser.open(`${runtime.url}/account`)).url).toBe(`${runtime.url}/account`);
  expect((await demo(runtime.url).refresh(tokens.refreshToken)).status).toBe(200);
  const code = await owner.browser.send(demo(runtime.url).authorization('v'.repeat(43)));
  expect(new URL(locationOf(code)).searchParams.get('code')).not.toBeNull();
  // a passkey signs in anywhere,
  const elsewhere = owner.elsewhere();
  await signInByPasskey(device, elsewhere);
  expect(elsewhere.isSignedIn).toBe(true);
  // and the password does in a browser where it did before.
  owner.browser.cookies.delete('portcullis-session');
  await owner.signIn();
  expect(owner.isSignedIn).toBe(true);
}, 180_000);
