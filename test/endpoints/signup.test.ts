import { env, evictDurableObject, runDurableObjectAlarm, runInDurableObject } from 'cloudflare:test';
import { afterEach, describe, expect, it, vi } from 'vitest';
import { newUserId } from '../../src/crypto/token.ts';
import { createIdentifiers } from '../../src/identifier/identifiers.ts';
import { readMailbox } from '../../src/mail/mailbox.ts';
import { signUpUser } from '../../src/sign-in/sign-up.ts';
import { createUsers } from '../../src/user/users.ts';
import { Person } from '../workerd/person.ts';

afterEach(() => {
  vi.useRealTimers();
});

const identifiers = createIdentifiers(env.IDENTIFIER);
const users = createUsers(env.USER);
const profileOf = (email: string) => ({ userId: newUserId(), email, emailVerified: false, name: 'Ada' });

describe('signing up', () => {
  it('makes an account, signs in, and shows who it is', async () => {
    const person = new Person();
    const response = await person.signUp({ name: '  Ada   <b>Lovelace</b> ' });
    expect(response.status).toBe(303);
    const page = await (await person.get('/account')).text();
    expect(page).toContain('Ada &lt;b&gt;Lovelace&lt;/b&gt;');
    expect(page.replace('<wbr/>', '')).toContain(person.email);
  });

  it('stores the password as a salted and peppered scrypt PHC string', async () => {
    const person = new Person();
    await person.signUp();
    const userId = (await identifiers.lookup(person.email)) ?? '';
    const row = await runInDurableObject(env.USER.getByName(userId), (_, state) =>
      state.storage.sql.exec<{ hash: string }>('SELECT hash FROM password').one(),
    );
    expect(row.hash).toMatch(/^\$scrypt\$ln=\d+,r=8,p=\d,keyid=[\w-]{8}\$[\w-]{22}\$[\w-]{43}$/);
  });

  it('survives the eviction of every object involved', async () => {
    const person = new Person();
    await person.signUp();
    await evictDurableObject(env.USER.getByName((await identifiers.lookup(person.email)) ?? ''));
    expect((await person.get('/account')).status).toBe(200);
    expect((await person.signIn()).status).toBe(303);
  });

  it('tells the audit trail and the person’s mailbox, once', async () => {
    const person = new Person();
    await person.signUp();
    const userId = (await identifiers.lookup(person.email)) ?? '';
    const stub = env.USER.getByName(userId);
    await runDurableObjectAlarm(stub);
    await vi.waitFor(async () => {
      const mail = (await readMailbox(env.MAILBOX)).filter((message) => message.to === person.email);
      expect(mail.map((message) => message.subject)).toEqual(['Welcome to Portcullis']);
    });
    await runInDurableObject(stub, (_, state) => {
      state.storage.sql.exec('UPDATE event_receiver SET sequence = 0');
      return state.storage.setAlarm(Date.now() + 60_000);
    });
    await runDurableObjectAlarm(stub);
    const trail = await env.AUDIT.prepare(
      'SELECT type FROM security_event WHERE user_id = ? ORDER BY at, type',
    )
      .bind(userId)
      .all<{ type: string }>();
    expect(trail.results.map((row) => row.type).sort()).toEqual(['session_opened', 'user_created']);
    expect((await readMailbox(env.MAILBOX)).filter((message) => message.to === person.email)).toHaveLength(1);
  });

  it.each([
    ['no name', { name: ' ' }, 'name'],
    ['a name that is a novel', { name: 'x'.repeat(200) }, 'name'],
    ['no email', { email: '' }, 'email'],
    ['two emails', { email: 'a@example.com,b@example.com' }, 'email'],
    ['a short password', { password: 'fourteen chars' }, 'password'],
    ['a password of 14 characters that are 28 units', { password: '🔑'.repeat(14) }, 'password'],
    ['a password beyond 256', { password: 'x'.repeat(257) }, 'password'],
  ])('refuses %s and keeps what was typed', async (_, form, field) => {
    const person = new Person();
    const response = await person.signUp(form as Record<string, string>);
    expect(response.status).toBe(400);
    const text = await response.text();
    expect(text).toContain(`id="${field}-error"`);
    expect(text).not.toContain('correct horse battery');
    expect(await identifiers.lookup(person.email)).toBeUndefined();
  });

  it('refuses an email that has an account, in any case', async () => {
    const person = new Person();
    await person.signUp();
    const response = await new Person().signUp({ email: person.email.toUpperCase() });
    expect(response.status).toBe(409);
    expect(await response.text()).toContain('Sign in instead');
  });

  it('gives one email to one of two people who sign up at once', async () => {
    const [one, two] = [new Person(), new Person()];
    const answers = await Promise.all([one.signUp(), two.signUp({ email: one.email })]);
    expect(answers.map((answer) => answer.status).sort()).toEqual([303, 409]);
  });
});

describe('a sign-up that crashed', () => {
  const later = () => vi.useFakeTimers({ toFake: ['Date'], now: Date.now() + 3 * 60_000 });

  it('before its account was made lets the next one have the email, after a while', async () => {
    await identifiers.reserve('crash-1@example.com', newUserId());
    const next = () =>
      signUpUser({ identifiers, users }, profileOf('crash-1@example.com'), async () => ({
        passwordHash: 'hash',
      }));
    expect(await next()).toBe('taken');
    later();
    expect(await next()).toBe('created');
  });

  it('after its account was made lets its owner in as soon as they try again', async () => {
    const first = profileOf('crash-0@example.com');
    await identifiers.reserve(first.email, first.userId);
    await users.create(first, { passwordHash: 'hash' });
    expect(
      await signUpUser({ identifiers, users }, profileOf(first.email), async () => ({
        passwordHash: 'hash',
      })),
    ).toBe('taken');
    expect(await identifiers.lookup(first.email)).toBe(first.userId);
  });

  it('after its account was made is finished by the next one, whose it does not become', async () => {
    const first = profileOf('crash-2@example.com');
    await identifiers.reserve(first.email, first.userId);
    await users.create(first, { passwordHash: 'hash' });
    expect(await identifiers.lookup(first.email)).toBeUndefined();
    later();
    expect(
      await signUpUser({ identifiers, users }, profileOf(first.email), async () => ({
        passwordHash: 'hash',
      })),
    ).toBe('taken');
    expect(await identifiers.lookup(first.email)).toBe(first.userId);
  });

  it('and comes back too late leaves no second account', async () => {
    const slow = profileOf('crash-3@example.com');
    const outcome = await signUpUser({ identifiers, users }, slow, async () => {
      later();
      expect(
        await signUpUser({ identifiers, users }, profileOf(slow.email), async () => ({
          passwordHash: 'hash',
        })),
      ).toBe('created');
      return { passwordHash: 'hash' };
    });
    expect(outcome).toBe('taken');
    expect(await users.exists(slow.userId)).toBe(false);
  });
});
