import { env, runDurableObjectAlarm, runInDurableObject } from 'cloudflare:test';
import { afterEach, describe, expect, it, vi } from 'vitest';
import { ATTEMPTS_REMEMBERED_FOR } from '../../../src/core/account/door.ts';
import { absentUserId, createIdentifiers } from '../../../src/identifier/identifiers.ts';
import { readMailbox } from '../../../src/mail/mailbox.ts';
import { codeIn, lastCode, mailOf, wrongCode } from '../../workerd/mail.ts';
import { authorizeUrl, challengeOf, issuer, Person, randomText } from '../../workerd/person.ts';

afterEach(() => {
  vi.useRealTimers();
});

const identifiers = createIdentifiers(env.IDENTIFIER);
const userIdOf = async (person: Person) => (await identifiers.lookup(person.email)) ?? '';

/** Somebody who has an account, at another browser. */
async function elsewhere() {
  const owner = new Person();
  await owner.signUp();
  return { owner, person: new Person(owner.email) };
}

const ask = (person: Person, form: Record<string, string> = {}) =>
  person.submit('/signin/email', { email: person.email, ...form });
const type = (person: Person, code: string) => person.submit('/signin/email/code', { code });
const isSignedIn = async (person: Person) => (await person.get('/account')).status === 200;

describe('a code by email', () => {
  it('signs in the browser that asked, once', async () => {
    const { person } = await elsewhere();
    const asked = await ask(person);
    expect(asked.status).toBe(303);
    expect(asked.headers.get('Location')).toBe('/signin/email/code');
    expect(await (await person.get('/signin/email/code')).text()).toContain('name="code"');
    const code = await lastCode(person.email);
    const cookies = new Map(person.cookies);
    const answer = await type(person, code);
    expect([answer.status, answer.headers.get('Location')]).toEqual([303, '/account']);
    expect(await isSignedIn(person)).toBe(true);

    const thief = new Person(person.email);
    for (const [name, value] of cookies) thief.cookies.set(name, value);
    const again = await type(thief, code);
    expect(again.status).toBe(400);
    expect(await again.text()).toContain('no good any more');
    expect(await isSignedIn(thief)).toBe(false);
  });

  it('may be typed with spaces and hyphens', async () => {
    const { person } = await elsewhere();
    await ask(person);
    const code = await lastCode(person.email);
    expect((await type(person, ` ${code.slice(0, 4)} – ${code.slice(4)}\u200b`)).status).toBe(303);
  });

  it('says in the mail where it was asked for, and never to pass it on', async () => {
    const { person } = await elsewhere();
    await person.submit(
      '/signin/email',
      { email: person.email },
      { 'User-Agent': 'Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0' },
    );
    await lastCode(person.email);
    const [mail] = await mailOf(person.email);
    expect(mail?.text).toContain('Device: Firefox on Linux');
    expect(mail?.text).toContain('Give it to nobody');
    expect(mail?.text).toMatch(/When: .* UTC/);
    expect(mail?.text).toContain(`${issuer}/signin/email/link?code=`);
  });

  it('leads on to the app that asked for the sign-in', async () => {
    const { person } = await elsewhere();
    const begun = await person.get(
      authorizeUrl({ code_challenge: await challengeOf(randomText()), state: 'there' }),
    );
    const flow = new URL(begun.headers.get('Location') ?? '', issuer).searchParams.get('flow') ?? '';
    await ask(person, { flow });
    const answer = await type(person, await lastCode(person.email));
    expect(answer.headers.get('Location')).toContain('state=there');
  });

  it('is no good in a browser that did not ask for it', async () => {
    const { person } = await elsewhere();
    await ask(person);
    const code = await lastCode(person.email);
    const [stranger, other] = [new Person(), new Person()];
    await other.signUp();
    // One that asked for nothing, and one that asked for a code of another account.
    expect((await type(stranger, code)).headers.get('Location')).toBe('/signin');
    await ask(other);
    expect((await type(other, code)).status).toBe(400);
    for (const one of [stranger]) expect(await isSignedIn(one)).toBe(false);
  });

  it('is no good after five wrong tries, and each costs one', async () => {
    const { person } = await elsewhere();
    await ask(person);
    const code = await lastCode(person.email);
    for (let tries = 1; tries <= 4; tries += 1) {
      expect(await (await type(person, wrongCode(code))).text()).toContain('not the code');
    }
    expect(await (await type(person, wrongCode(code))).text()).toContain('no good any more');
    expect((await type(person, code)).headers.get('Location')).toBe('/signin');
    expect(await isSignedIn(person)).toBe(false);
  });

  it('lets nobody try more than five times by trying at once', async () => {
    const { person } = await elsewhere();
    await ask(person);
    const code = await lastCode(person.email);
    const answers = await Promise.all(
      Array.from({ length: 12 }, () => new Person(person.email)).map(async (one) => {
        for (const [name, value] of person.cookies) one.cookies.set(name, value);
        return (await type(one, wrongCode(code))).text();
      }),
    );
    expect(answers.filter((text) => text.includes('not the code'))).toHaveLength(4);
    const row = await runInDurableObject(env.USER.getByName(await userIdOf(person)), (_, state) =>
      state.storage.sql.exec<{ tries: number }>('SELECT tries FROM email_code').one(),
    );
    expect(row.tries).toBe(5);
  });

  it('is no good after ten minutes', async () => {
    const { person } = await elsewhere();
    await ask(person);
    const code = await lastCode(person.email);
    vi.useFakeTimers({ toFake: ['Date'], now: Date.now() + 10 * 60_000 + 1 });
    expect(await (await type(person, code)).text()).toContain('no good any more');
  });

  it('replaces nothing: the one before still has to be typed in the browser that asked for it', async () => {
    const { person } = await elsewhere();
    await ask(person);
    const first = await lastCode(person.email);
    await ask(person);
    expect((await type(person, first)).status).toBe(400);
  });

  it('is nowhere in storage', async () => {
    const { person } = await elsewhere();
    const { mailed, kept } = await (async () => {
      await ask(person);
      const stub = env.USER.getByName(await userIdOf(person));
      const kept = await runInDurableObject(stub, (_, state) =>
        JSON.stringify([
          state.storage.sql.exec('SELECT * FROM email_code').toArray(),
          state.storage.sql.exec('SELECT * FROM outgoing_mail').toArray(),
          state.storage.sql.exec('SELECT * FROM event').toArray(),
        ]),
      );
      return { kept, mailed: await lastCode(person.email) };
    })();
    expect(mailed).toMatch(/^\d{8}$/);
    expect(kept).not.toContain(mailed);
    expect(kept).not.toContain(`${mailed.slice(0, 4)} ${mailed.slice(4)}`);
  });

  it('tells the account that its address is confirmed', async () => {
    const { owner, person } = await elsewhere();
    await ask(person);
    await type(person, await lastCode(person.email));
    const row = await runInDurableObject(env.USER.getByName(await userIdOf(owner)), (_, state) =>
      state.storage.sql.exec<{ email_verified: number }>('SELECT email_verified FROM profile').one(),
    );
    expect(row.email_verified).toBe(1);
  });
});

describe('the link in the mail', () => {
  it('fills the code in where it was asked for, and signs nobody in by itself', async () => {
    const { person } = await elsewhere();
    await ask(person);
    const code = await lastCode(person.email);
    const page = await (await person.get(`/signin/email/link?code=${code}`)).text();
    expect(page).toContain(`value="${code.slice(0, 4)} ${code.slice(4)}"`);
    expect(await isSignedIn(person)).toBe(false);
    expect((await type(person, code)).status).toBe(303);
  });

  it('shows the code in any other browser, which it does not sign in', async () => {
    const { person } = await elsewhere();
    await ask(person);
    const code = await lastCode(person.email);
    const other = new Person();
    const page = await (await other.get(`/signin/email/link?code=${code}`)).text();
    expect(page).toContain(`${code.slice(0, 4)} ${code.slice(4)}`);
    expect(page).not.toContain('<form');
    expect(other.cookies.size).toBe(0);
  });

  it.each(['', '1234567', '123456789', '<script>'])('with %j for a code is refused', async (code) => {
    const answer = await new Person().get(`/signin/email/link?code=${encodeURIComponent(code)}`);
    expect(answer.status).toBe(400);
    expect(await answer.text()).not.toContain('<script');
  });
});

describe('whoever asks for a code', () => {
  it('cannot tell whether there is an account', async () => {
    const { person } = await elsewhere();
    const nobody = new Person();
    const seen = [];
    for (const one of [person, nobody]) {
      const before = Date.now();
      const asked = await ask(one);
      const took = Date.now() - before;
      const cookie = asked.headers.get('Set-Cookie') ?? '';
      const page = await (await one.get('/signin/email/code')).text();
      const wrong = [];
      for (let tries = 0; tries < 6; tries += 1) {
        const answer = await type(one, '00000000');
        wrong.push([answer.status, (await answer.text()).replaceAll(one.email, '')]);
      }
      expect(took).toBeGreaterThanOrEqual(990);
      seen.push({
        status: asked.status,
        location: asked.headers.get('Location'),
        cookie: cookie.replace(/=[^;]*/, `=${cookie.length}`),
        page: page.replaceAll(one.email.split('@')[0] ?? '', ''),
        wrong: JSON.stringify(wrong).replaceAll(one.email.split('@')[0] ?? '', ''),
      });
    }
    expect(seen[1]).toEqual(seen[0]);
    expect((await readMailbox(env.MAILBOX)).filter(({ to }) => to === nobody.email)).toEqual([]);
  });

  it('leaves nothing behind where there is none', async () => {
    const nobody = new Person();
    await ask(nobody);
    const stub = env.USER.getByName(await absentUserId(nobody.email));
    vi.useFakeTimers({ toFake: ['Date'], now: Date.now() + 11 * 60_000 });
    await runDurableObjectAlarm(stub);
    // How often a code was asked for is remembered for a day, as attempts at a password are.
    vi.setSystemTime(Date.now() + ATTEMPTS_REMEMBERED_FOR);
    await runDurableObjectAlarm(stub);
    const tables = await runInDurableObject(stub, (_, state) =>
      state.storage.sql.exec("SELECT name FROM sqlite_master WHERE name = 'email_code'").toArray(),
    );
    expect(tables).toEqual([]);
  });

  it('gets five mails in a quarter of an hour, and is not told of the rest', async () => {
    const { person } = await elsewhere();
    for (let mails = 1; mails <= 7; mails += 1) {
      expect((await ask(person)).headers.get('Location')).toBe('/signin/email/code');
    }
    await lastCode(person.email);
    const codes = (await mailOf(person.email)).filter((mail) => codeIn(mail) !== '');
    expect(codes).toHaveLength(5);
    // A browser in which the person signed in before has a count of its own.
    const owner = new Person(person.email);
    await owner.signIn();
    await owner.submit('/account/sign-out-everywhere', {});
    await ask(owner);
    await vi.waitFor(async () =>
      expect((await mailOf(person.email)).filter((mail) => codeIn(mail) !== '')).toHaveLength(6),
    );
  });

  it.each(['', 'nobody', 'a@b@c.example', 'a,b@example.com'])('for %j is asked again', async (email) => {
    const answer = await new Person().submit('/signin/email', { email });
    expect(answer.status).toBe(400);
    expect(await answer.text()).toContain('id="email-error"');
  });
});

describe('an account that was made with somebody else’s address', () => {
  it('loses its password and its sessions when the owner of the address comes', async () => {
    const { owner: attacker, person: victim } = await elsewhere();
    await ask(victim);
    expect((await type(victim, await lastCode(victim.email))).status).toBe(303);
    expect(await isSignedIn(victim)).toBe(true);
    expect(await isSignedIn(attacker)).toBe(false);
    expect((await new Person(victim.email).signIn()).status).toBe(401);
  });

  it('keeps them where the same browser made it', async () => {
    const owner = new Person();
    await owner.signUp();
    await owner.submit('/account/sign-out-everywhere', {});
    await ask(owner);
    await type(owner, await lastCode(owner.email));
    expect(await isSignedIn(owner)).toBe(true);
    expect((await new Person(owner.email).signIn()).status).toBe(303);
  });

  it('keeps them once its address was confirmed', async () => {
    const { owner, person } = await elsewhere();
    await owner.submit('/account/sign-out-everywhere', {});
    await ask(owner);
    await type(owner, await lastCode(owner.email));
    await ask(person);
    await vi.waitFor(async () => expect((await type(person, await lastCode(person.email))).status).toBe(303));
    expect(await isSignedIn(owner)).toBe(true);
    expect((await new Person(owner.email).signIn()).status).toBe(303);
  });
});
