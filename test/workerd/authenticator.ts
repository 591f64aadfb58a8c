import { expect, vi } from 'vitest';
import { Person } from './person.ts';

const letters = 'ABCDEFGHIJKLMNOPQRSTUVWXYZ234567';

/** An authenticator app, by RFC 6238 alone: it shares nothing with the code under test. */
export class AuthenticatorApp {
  readonly #secret: Uint8Array<ArrayBuffer>;

  /** @param page of the set-up, with the key that people enter by hand. */
  constructor(page: string) {
    const text = /<p class="secret" dir="ltr">([A-Z2-7 ]+)</.exec(page)?.[1]?.replaceAll(' ', '') ?? '';
    expect(text).toHaveLength(32);
    const bits = [...text].map((letter) => letters.indexOf(letter).toString(2).padStart(5, '0')).join('');
    this.#secret = Uint8Array.from(bits.match(/.{8}/g) ?? [], (byte) => Number.parseInt(byte, 2));
  }

  /** The code of the present step, or of one so many steps away. */
  async code(steps = 0): Promise<string> {
    const counter = new DataView(new ArrayBuffer(8));
    counter.setBigUint64(0, BigInt(Math.floor(Date.now() / 30_000) + steps));
    const algorithm = { name: 'HMAC', hash: 'SHA-1' };
    const key = await crypto.subtle.importKey('raw', this.#secret, algorithm, false, ['sign']);
    const mac = new DataView(await crypto.subtle.sign('HMAC', key, counter.buffer));
    const number = mac.getUint32(mac.getUint8(19) & 15) & 0x7fffffff;
    return String(number % 1_000_000).padStart(6, '0');
  }
}

export const hidden = (page: string, name: string): string =>
  new RegExp(`name="${name}" value="([^"]*)"`).exec(page)?.[1] ?? '';

/** The recovery codes that a page shows. */
export const codesOn = (page: string): string[] =>
  [...page.matchAll(/<li class="secret">([^<]+)</g)].map(([, code = '']) => code);

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
