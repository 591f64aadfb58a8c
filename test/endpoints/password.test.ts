import { env, evictDurableObject, runInDurableObject } from 'cloudflare:test';
import { scrypt } from 'node:crypto';
import { afterEach, describe, expect, it, vi } from 'vitest';
import { base64url, hmacSha256 } from '../../src/crypto/bytes.ts';
import { rootSecrets } from '../../src/crypto/root-secret.ts';
import { createIdentifiers } from '../../src/identifier/identifiers.ts';
import { later, personWithApp } from '../workerd/authenticator.ts';
import { lastCode, mailOf } from '../workerd/mail.ts';
import { Person, password } from '../workerd/person.ts';

afterEach(() => {
  vi.useRealTimers();
});

const identifiers = createIdentifiers(env.IDENTIFIER);
const stubOf = async ({ email }: Person) => env.USER.getByName((await identifiers.lookup(email)) ?? '');
const chosen = 'seven lamps over the harbour';
const change = (person: Person, form: Record<string, string> = {}) =>
  person.submit('/account/password', { current_password: password, new_password: chosen, ...form });

async function somebody() {
  const person = new Person();
  await person.signUp();
  return person;
}

describe('changing the password', () => {
  it('is told by mail', async () => {
    const person = await somebody();
    expect((await change(person)).status).toBe(303);
    await vi.waitFor(async () =>
      expect((await mailOf(person.email)).map(({ subject }) => subject)).toContain(
        'Your Portcullis password was changed',
      ),
    );
  });

  it.each([
    ['common', 'password password'.replace(' ', '')],
    ['the person’s own address', undefined],
  ])('to one that is %s is refused', async (_, bad) => {
    const person = await somebody();
    const answer = await change(person, { new_password: bad ?? person.email });
    expect(answer.status).toBe(400);
    expect(await answer.text()).toContain('id="new_password-error"');
  });

  it('takes a shorter one from whoever is asked for a second factor, and from nobody else', async () => {
    const { person } = await personWithApp();
    expect(await (await person.get('/account/password')).text()).toContain('minlength="8"');
    expect((await change(person, { new_password: 'ten moons!' })).status).toBe(303);
    const other = await somebody();
    expect(await (await other.get('/account/password')).text()).toContain('minlength="15"');
    expect((await change(other, { new_password: 'ten moons!' })).status).toBe(400);
  });
});

describe('changing the password in a browser that was left open', () => {
  const twentyMinutes = 20 * 60;

  it('takes the second factor anew from whoever has one', async () => {
    const { person } = await personWithApp();
    later(twentyMinutes);
    for (const answer of [await person.get('/account/password'), await change(person)])
      expect(answer.headers.get('Location')).toBe('/signin?flow=to-password');
    expect((await new Person(person.email).signIn({ password: chosen })).status).toBe(401);
  });

  it('takes the password from anybody else', async () => {
    const person = await somebody();
    later(twentyMinutes);
    expect((await change(person)).headers.get('Location')).toBe('/account');
    expect((await person.get('/account')).status).toBe(200);
  });
});

describe('a first password', () => {
  /** Somebody who signs in by codes alone. */
  async function without() {
    const owner = await somebody();
    await runInDurableObject(await stubOf(owner), (_, state) => {
      state.storage.sql.exec('DELETE FROM password');
      state.storage.sql.exec('UPDATE profile SET email_verified = 1');
    });
    await evictDurableObject(await stubOf(owner));
    const person = new Person(owner.email);
    await person.submit('/signin/email', { email: person.email });
    await person.submit('/signin/email/code', { code: await lastCode(person.email) });
    return person;
  }

  it('is set after a fresh sign-in, without one before it', async () => {
    const person = await without();
    const page = await (await person.get('/account/password')).text();
    expect(page).toContain('Set a password');
    expect(page).not.toContain('current_password');
    expect((await person.submit('/account/password', { new_password: chosen })).status).toBe(303);
    expect((await person.get('/account')).status).toBe(200);
    expect((await new Person(person.email).signIn({ password: chosen })).status).toBe(303);
  });

  it('is not set in a browser that was left open', async () => {
    const person = await without();
    vi.useFakeTimers({ toFake: ['Date'], now: Date.now() + 11 * 60_000 });
    for (const answer of [
      await person.get('/account/password'),
      await person.submit('/account/password', { new_password: chosen }),
    ])
      expect(answer.headers.get('Location')).toBe('/signin?flow=to-password');
    expect((await new Person(person.email).signIn({ password: chosen })).status).toBe(401);
  });
});

describe('a hash that is behind the times', () => {
  const hashOf = async (person: Person) =>
    (
      await runInDurableObject(await stubOf(person), (_, state) =>
        state.storage.sql.exec<{ hash: string }>('SELECT hash FROM password').one(),
      )
    ).hash;

  /** Somebody whose password was hashed at a lower cost. */
  async function cheap() {
    const person = await somebody();
    const { current } = await rootSecrets(env);
    const key = await current.hmacKey('password-pepper');
    const peppered = await hmacSha256(key, new TextEncoder().encode(password));
    const salt = new Uint8Array(16).fill(7);
    const derived = await new Promise<Uint8Array>((resolve, reject) => {
      scrypt(peppered, salt, 32, { N: 2 ** 12, r: 8, p: 1, maxmem: 2 ** 25 }, (error, key) =>
        error ? reject(error) : resolve(key),
      );
    });
    const hash = `$scrypt$ln=12,r=8,p=1,keyid=${current.id}$${base64url.encode(salt)}$${base64url.encode(derived)}`;
    await runInDurableObject(await stubOf(person), (_, state) => {
      state.storage.sql.exec('UPDATE password SET hash = ?', hash);
    });
    return { person, hash };
  }

  it('is replaced when its password is next seen, and not by a wrong one', async () => {
    const { person, hash } = await cheap();
    expect((await new Person(person.email).signIn({ password: chosen })).status).toBe(401);
    expect(await hashOf(person)).toBe(hash);
    expect((await new Person(person.email).signIn()).status).toBe(303);
    const renewed = await hashOf(person);
    expect(renewed).toMatch(/^\$scrypt\$(?!ln=12,)/);
    expect((await new Person(person.email).signIn()).status).toBe(303);
    expect(await hashOf(person)).toBe(renewed);
    // It is no change of the password: nobody is signed out.
    expect((await person.get('/account')).status).toBe(200);
  });
});
