import { env, runDurableObjectAlarm } from 'cloudflare:test';
import { afterEach, describe, expect, it, vi } from 'vitest';
import { createIdentifiers } from '../../../src/identifier/identifiers.ts';
import { readMailbox } from '../../../src/mail/mailbox.ts';
import { codeIn, mailOf, wrongCode } from '../../workerd/mail.ts';
import { issuer, Person } from '../../workerd/person.ts';

afterEach(() => {
  vi.useRealTimers();
});

const identifiers = createIdentifiers(env.IDENTIFIER);
const patience = { timeout: 10_000 };
/** What a page says; a long address may be broken in two. */
const said = async (answer: Response) => (await answer.text()).replaceAll('<wbr/>', '');
const newAddress = () => new Person().email;

async function member(): Promise<{ person: Person; userId: string }> {
  const person = new Person();
  await person.signUp();
  return { person, userId: (await identifiers.lookup(person.email)) ?? '' };
}

/** What waits in an object is sent, and what is in the mailbox of an address, the newest first. */
async function mails(userId: string, address: string) {
  await runDurableObjectAlarm(env.USER.getByName(userId));
  return (await readMailbox(env.MAILBOX)).filter(({ to }) => to === address);
}

/** The code that went to an address. */
async function codeFor(userId: string, address: string): Promise<string> {
  return vi.waitFor(async () => {
    const code = codeIn((await mails(userId, address)).find((mail) => codeIn(mail) !== '') ?? never);
    expect(code).not.toBe('');
    return code;
  }, patience);
}
const never = { text: '' } as Parameters<typeof codeIn>[0];

/** Somebody who asked for another address, and both codes. */
async function asking(to = newAddress()) {
  const { person, userId } = await member();
  const asked = await person.submit('/account/email', { email: to });
  expect([asked.status, asked.headers.get('Location')]).toEqual([303, '/account/email/codes']);
  const codes = { from: await codeFor(userId, person.email), to: await codeFor(userId, to) };
  return { person, userId, to, codes };
}

const type = (person: Person, codes: Record<string, string>) => person.submit('/account/email/codes', codes);

describe('another email address', () => {
  it('is the account’s once both codes were typed, and the old one is free', async () => {
    const { person, userId, to, codes } = await asking(`New.${newAddress()}`.toLowerCase());
    expect(await said(await person.get('/account'))).toContain('href="/account/email"');
    expect(await said(await person.get('/account/email'))).toContain(person.email);
    const page = await said(await person.get('/account/email/codes'));
    expect(page).toContain(person.email);
    expect(page).toContain(to);
    const done = await type(person, codes);
    expect([done.status, done.headers.get('Location')]).toEqual([303, '/account']);
    // The session stays, and shows the new one as confirmed.
    const account = await said(await person.get('/account'));
    expect(account).toContain(to);
    expect(account).not.toContain('action="/account/verify"');
    expect(await said(await person.get('/account/activity'))).toContain('The email address was changed');
    expect([await identifiers.lookup(to), await identifiers.holder(person.email)]).toEqual([
      userId,
      undefined,
    ]);
    expect((await new Person(to).signIn()).status).toBe(303);
    expect((await new Person(person.email).signIn()).status).toBe(401);
    // Somebody else may have it, as an account of its own.
    expect((await new Person(person.email).signUp()).headers.get('Location')).toBe('/account');
    expect(await identifiers.lookup(person.email)).not.toBe(userId);
  });

  it('is told to both addresses, and neither mail names the other', async () => {
    const { person, userId, to, codes } = await asking();
    await type(person, codes);
    await vi.waitFor(async () => {
      const former = (await mails(userId, person.email))[0];
      expect(former?.subject).toBe('The email address of your Portcullis account was changed');
      expect(former?.text).not.toContain(to);
      const current = (await mails(userId, to))[0];
      expect(current?.subject).toBe('This is now the email address of your Portcullis account');
      expect(current?.text).not.toContain(person.email);
    }, patience);
  });

  it('is proved by one code after the other, too', async () => {
    const { person, userId, to, codes } = await asking();
    const half = await type(person, { to: codes.to });
    expect(half.status).toBe(400);
    expect(await said(half)).not.toContain('name="to"');
    expect((await type(person, { from: codes.from })).headers.get('Location')).toBe('/account');
    expect(await identifiers.lookup(to)).toBe(userId);
  });

  it('goes with the account that is deleted afterwards', async () => {
    const { person, userId, to, codes } = await asking();
    await type(person, codes);
    expect((await person.submit('/account/delete', { email: to })).status).toBe(200);
    await vi.waitFor(async () => {
      await runDurableObjectAlarm(env.USER.getByName(userId));
      expect(await identifiers.holder(to)).toBeUndefined();
    }, patience);
    expect((await new Person(to).signUp()).headers.get('Location')).toBe('/account');
  });
});

describe('nothing changes', () => {
  /** That the account is as it was. */
  async function expectUnchanged({ person, userId, to }: { person: Person; userId: string; to: string }) {
    expect(await identifiers.lookup(person.email)).toBe(userId);
    expect(await identifiers.lookup(to)).toBeUndefined();
    expect((await new Person(person.email).signIn()).status).toBe(303);
    expect(await said(await person.get('/account'))).toContain(person.email);
  }

  it('by one code alone, whichever', async () => {
    for (const side of ['from', 'to'] as const) {
      const asked = await asking();
      const { person, codes } = asked;
      const other = side === 'from' ? 'to' : 'from';
      expect((await type(person, { [side]: codes[side] })).status).toBe(400);
      expect((await type(person, { [side]: codes[side] })).status).toBe(400);
      expect((await type(person, { [other]: wrongCode(codes[other]) })).status).toBe(400);
      // One address’s code does not do for the other.
      expect((await type(person, { [other]: codes[side] })).status).toBe(400);
      await expectUnchanged(asked);
    }
  });

  it('by a link that is opened, here or elsewhere', async () => {
    const asked = await asking();
    const { person, userId, to, codes } = asked;
    for (const [side, address] of [
      ['from', person.email],
      ['to', to],
    ] as const) {
      const mail = (await mails(userId, address)).find((message) => codeIn(message) === codes[side]);
      const link = `/account/email/codes?${side}=${codes[side]}`;
      expect(mail?.text).toContain(issuer + link);
      const here = await person.get(link);
      expect(await said(here)).toContain(`value="${codes[side].slice(0, 4)} ${codes[side].slice(4)}"`);
      const elsewhere = await said(await new Person().get(link));
      expect(elsewhere).toContain('Go on where you began');
      expect(elsewhere).not.toContain('<form');
    }
    await expectUnchanged(asked);
  });

  it('after five wrong codes, for the right one either', async () => {
    const asked = await asking();
    const { person, codes } = asked;
    for (let tries = 1; tries <= 5; tries += 1) {
      const answer = await type(person, { from: codes.from, to: wrongCode(codes.to) });
      expect(answer.status).toBe(400);
      if (tries === 5) expect(await said(answer)).toContain('That code is no good any more');
    }
    expect((await type(person, codes)).headers.get('Location')).toBe('/account/email');
    await expectUnchanged(asked);
  });

  it('with codes that are too old, although the session is fresh', async () => {
    const asked = await asking();
    vi.useFakeTimers({ toFake: ['Date'], now: Date.now() + 10 * 60_000 + 1000 });
    await asked.person.signIn();
    expect(await said(await type(asked.person, asked.codes))).toContain('That code is no good any more');
    await expectUnchanged(asked);
  });

  it('in another browser, or in another session of this one', async () => {
    const asked = await asking();
    const { person, codes } = asked;
    const other = new Person(person.email);
    await other.signIn();
    expect((await type(other, codes)).headers.get('Location')).toBe('/account/email');
    // Nor with a copy of what the first one holds.
    const name = 'portcullis-address-change.address____';
    other.cookies.set(name, person.cookies.get(name) ?? '');
    expect(other.cookies.get(name)).not.toBe('');
    expect((await type(other, codes)).headers.get('Location')).toBe('/account/email');
    const stranger = await member();
    stranger.person.cookies.set(name, person.cookies.get(name) ?? '');
    expect((await type(stranger.person, codes)).headers.get('Location')).toBe('/account/email');
    await expectUnchanged(asked);
  });

  it('without a sign-in of a short while ago, which leads back', async () => {
    const asked = await asking();
    const { person, to, codes } = asked;
    expect((await new Person().get('/account/email')).headers.get('Location')).toBe('/signin?flow=to-email');
    vi.useFakeTimers({ toFake: ['Date'], now: Date.now() + 601_000 });
    for (const answer of [
      await person.get('/account/email'),
      await person.submit('/account/email', { email: to }),
      await type(person, codes),
    ])
      expect([answer.status, answer.headers.get('Location')]).toEqual([303, '/signin?flow=to-email']);
    vi.useRealTimers();
    await expectUnchanged(asked);
  });

  it('by codes that were used: a second time they give back nothing', async () => {
    const { person, userId, to, codes } = await asking();
    const name = 'portcullis-address-change.address____';
    const cookie = person.cookies.get(name) ?? '';
    await type(person, codes);
    person.cookies.set(name, cookie);
    expect((await type(person, codes)).headers.get('Location')).toBe('/account');
    expect(await identifiers.lookup(to)).toBe(userId);
    // Nor once there is a third address.
    const third = newAddress();
    await person.submit('/account/email', { email: third });
    const more = { from: await codeFor(userId, to), to: await codeFor(userId, third) };
    expect((await type(person, more)).headers.get('Location')).toBe('/account');
    person.cookies.set(name, cookie);
    expect((await type(person, codes)).status).toBe(400);
    expect(await identifiers.lookup(third)).toBe(userId);
  });

  it.each(['', 'ada@', 'a@example.com,b@example.com', `${'a'.repeat(300)}@example.com`])(
    'for what is no address: %j',
    async (email) => {
      const { person } = await member();
      const answer = await person.submit('/account/email', { email });
      expect(answer.status).toBe(400);
      expect(await said(answer)).toContain('Enter one email address');
    },
  );

  it('for the address that the account has', async () => {
    const { person } = await member();
    const answer = await person.submit('/account/email', { email: ` ${person.email.toUpperCase()}` });
    expect(answer.status).toBe(400);
    expect(await said(answer)).toContain('already');
  });
});

describe('an address that is another account’s', () => {
  it('is refused without a word of it to anybody but its owner', async () => {
    const owner = await member();
    const { person, userId } = await member();
    const free = await person.submit('/account/email', { email: newAddress() });
    const freePage = await said(await person.get('/account/email/codes'));
    const taken = await person.submit('/account/email', { email: owner.person.email });
    const takenPage = await said(await person.get('/account/email/codes'));
    expect([taken.status, taken.headers.get('Location')]).toEqual([
      free.status,
      free.headers.get('Location'),
    ]);
    const plain = (html: string) => html.replaceAll(/[\w.-]+@example\.com/g, 'somebody');
    expect(plain(takenPage)).toBe(plain(freePage));
    const told = await vi.waitFor(async () => {
      const [mail] = await mails(userId, owner.person.email);
      expect(mail?.subject).toBe('You have a Portcullis account already');
      return mail;
    }, patience);
    expect(told && codeIn(told)).toBe('');
    const from = await codeFor(userId, person.email);
    expect((await type(person, { from, to: '12345678' })).status).toBe(400);
    expect(await identifiers.lookup(owner.person.email)).toBe(owner.userId);
    expect(await identifiers.lookup(person.email)).toBe(userId);
  });

  it('since the codes were mailed is refused once both are right, and nothing changed', async () => {
    const { person, userId, to, codes } = await asking();
    await new Person(to).signUp();
    const owner = await identifiers.lookup(to);
    const answer = await type(person, codes);
    expect(answer.status).toBe(409);
    expect(await said(answer)).toContain('Another account has it');
    expect([await identifiers.lookup(to), await identifiers.lookup(person.email)]).toEqual([owner, userId]);
    expect((await new Person(person.email).signIn()).status).toBe(303);
  });

  it('goes to one of two who want it at once', async () => {
    const to = newAddress();
    const [one, two] = [await asking(to), await asking(to)];
    const answers = await Promise.all([type(one.person, one.codes), type(two.person, two.codes)]);
    expect(answers.map(({ status }) => status).toSorted()).toEqual([303, 409]);
    const [winner, loser] = answers[0]?.status === 303 ? [one, two] : [two, one];
    expect(await identifiers.lookup(to)).toBe(winner.userId);
    expect(await identifiers.lookup(loser.person.email)).toBe(loser.userId);
    expect(await identifiers.holder(winner.person.email)).toBeUndefined();
  });
});

describe('a code that was mailed to the old address', () => {
  it('for signing in is worth nothing once there is a new one', async () => {
    const { person, codes } = await asking();
    const visitor = new Person(person.email);
    await visitor.submit('/signin/email', { email: person.email });
    const code = await vi.waitFor(async () => {
      const mail = (await mailOf(person.email)).find(({ subject }) => /your Portcullis code$/.test(subject));
      expect(mail).toBeDefined();
      return codeIn(mail ?? never);
    }, patience);
    await type(person, codes);
    const answer = await visitor.submit('/signin/email/code', { code });
    expect(answer.status).toBe(400);
    expect((await visitor.get('/account')).headers.get('Location')).toBe('/signin');
    expect(await identifiers.holder(person.email)).toBeUndefined();
  });
});
