import { env, evictDurableObject, runInDurableObject } from 'cloudflare:test';
import { afterEach, describe, expect, it, vi } from 'vitest';
import { createIdentifiers } from '../../src/identifier/identifiers.ts';
import { later, personWithApp, prove } from '../workerd/authenticator.ts';
import { lastCode, mailOf, wrongCode } from '../workerd/mail.ts';
import { Person, password, personWithTokens, refresh } from '../workerd/person.ts';

afterEach(() => {
  vi.useRealTimers();
});

const identifiers = createIdentifiers(env.IDENTIFIER);
const chosen = 'seven lamps over the harbour';

const ask = (person: Person) => person.submit('/reset', { email: person.email });
const type = (person: Person, code: string) => person.submit('/signin/email/code', { code });
const choose = (person: Person, new_password = chosen) => person.submit('/reset/password', { new_password });

/** As far as the page for the new password. */
async function proved(person: Person) {
  await ask(person);
  const answer = await type(person, await lastCode(person.email));
  expect([answer.status, answer.headers.get('Location')]).toEqual([303, '/reset/password']);
  return person;
}

async function somebody() {
  const { person: owner, tokens } = await personWithTokens({ scope: 'openid offline_access' });
  return { owner, tokens, person: new Person(owner.email) };
}

describe('a forgotten password', () => {
  it('is set anew by a code, ends every session and family, and is told by mail', async () => {
    const { owner, tokens, person } = await somebody();
    await proved(person);
    const done = await choose(person);
    expect(done.status).toBe(200);
    expect(await done.text()).toContain('Your new password is set');
    // It signs nobody in.
    expect((await person.get('/account')).status).toBe(303);
    expect((await owner.get('/account')).status).toBe(303);
    expect((await refresh(tokens.refresh_token)).status).toBe(400);
    expect((await new Person(owner.email).signIn()).status).toBe(401);
    expect((await new Person(owner.email).signIn({ password: chosen })).status).toBe(303);
    await vi.waitFor(async () =>
      expect((await mailOf(owner.email)).map(({ subject }) => subject)).toContain(
        'Your Portcullis password was changed',
      ),
    );
  });

  it('is set once by each code', async () => {
    const { person } = await somebody();
    await proved(person);
    const cookies = new Map(person.cookies);
    await choose(person);
    const again = new Person(person.email);
    for (const [name, value] of cookies) again.cookies.set(name, value);
    expect((await choose(again, 'another password of length')).headers.get('Location')).toBe('/reset');
    expect((await new Person(person.email).signIn({ password: chosen })).status).toBe(303);
  });

  it('is not set without the code, by a wrong one, or by one for signing in', async () => {
    const { person } = await somebody();
    expect((await choose(person)).headers.get('Location')).toBe('/reset');
    await ask(person);
    expect((await choose(person)).headers.get('Location')).toBe('/reset');
    const code = await lastCode(person.email);
    expect((await type(person, wrongCode(code))).status).toBe(400);
    expect((await choose(person)).headers.get('Location')).toBe('/reset');

    const other = new Person(person.email);
    await other.submit('/signin/email', { email: person.email, flow: 'reset' });
    const signIn = await vi.waitFor(async () => {
      const found = await lastCode(person.email);
      expect(found).not.toBe(code);
      return found;
    });
    expect((await type(other, signIn)).headers.get('Location')).toBe('/reset');
    expect((await choose(other)).headers.get('Location')).toBe('/reset');
    expect((await new Person(person.email).signIn({ password: chosen })).status).toBe(401);
  });

  it('is not set by somebody who proved another account', async () => {
    const [one, two] = [await somebody(), await somebody()];
    await proved(one.person);
    await ask(two.person);
    // The proof of one, the step of the other.
    const mixed = new Person();
    mixed.cookies.set('portcullis-proven', one.person.cookies.get('portcullis-proven') ?? '');
    mixed.cookies.set('portcullis-email-step', two.person.cookies.get('portcullis-email-step') ?? '');
    expect((await choose(mixed)).headers.get('Location')).toBe('/reset');
    expect((await new Person(two.owner.email).signIn()).status).toBe(303);
  });

  /** Somebody with an authenticator app, whose address is confirmed or not. */
  async function withApp(confirmed: boolean) {
    const { person: owner, app } = await personWithApp();
    const stub = env.USER.getByName((await identifiers.lookup(owner.email)) ?? '');
    await runInDurableObject(stub, (_, state) => {
      state.storage.sql.exec('UPDATE profile SET email_verified = ?', confirmed ? 1 : 0);
    });
    await evictDurableObject(stub);
    return { owner, app, person: new Person(owner.email) };
  }

  it('is not set without the second factor of whoever has one, and the code alone never is enough', async () => {
    const { owner, app, person } = await withApp(true);
    await ask(person);
    const answer = await type(person, await lastCode(person.email));
    expect(answer.headers.get('Location')).toBe('/signin/second-factor?flow=reset');
    expect((await person.get('/reset/password')).headers.get('Location')).toContain('/signin/second-factor');
    expect((await choose(person)).headers.get('Location')).toContain('/signin/second-factor');
    expect((await new Person(owner.email).signIn({ password: chosen })).status).toBe(401);
    later(60);
    const proof = await prove(person, await app.code(), { flow: 'reset' });
    expect(proof.headers.get('Location')).toBe('/reset/password');
    // With a second factor a shorter one will do.
    expect((await choose(person, 'ten moons!')).status).toBe(200);
    expect((await person.get('/account')).status).toBe(303);
  });

  it('of an account that somebody else made with the address needs nothing that they set up', async () => {
    const { owner, person } = await withApp(false);
    await proved(person);
    expect((await choose(person)).status).toBe(200);
    const back = new Person(owner.email);
    expect((await back.signIn({ password: chosen })).headers.get('Location')).toBe('/account');
  });

  it.each([
    ['a short one', 'fourteen chars', 'at least 15'],
    ['a common one', 'passwordpassword', 'guessed first'],
    ['one that repeats itself', 'abcabcabcabcabcabc', 'repeats itself'],
    ['the name of the service', 'portcullis-portcullis', 'name of this service'],
  ])('cannot be %s', async (_, bad, told) => {
    const { person } = await somebody();
    await proved(person);
    const answer = await choose(person, bad);
    expect(answer.status).toBe(400);
    expect(await answer.text()).toContain(told);
    // And may be tried again.
    expect((await choose(person)).status).toBe(200);
  });

  it('is answered the same where there is no account', async () => {
    const { person } = await somebody();
    const nobody = new Person();
    const [known, unknown] = [await ask(person), await ask(nobody)];
    expect([unknown.status, unknown.headers.get('Location')]).toEqual([
      known.status,
      known.headers.get('Location'),
    ]);
    expect((await type(nobody, '00000000')).status).toBe((await type(person, '00000000')).status);
  });

  it('confirms the address', async () => {
    const { owner, person } = await somebody();
    await proved(person);
    await choose(person);
    const stub = env.USER.getByName((await identifiers.lookup(owner.email)) ?? '');
    const row = await runInDurableObject(stub, (_, state) =>
      state.storage.sql.exec<{ email_verified: number }>('SELECT email_verified FROM profile').one(),
    );
    expect(row.email_verified).toBe(1);
    expect(password).not.toBe(chosen);
  });
});
