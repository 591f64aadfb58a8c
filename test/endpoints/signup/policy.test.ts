import '../../../src/worker.ts';
import { env, runDurableObjectAlarm } from 'cloudflare:test';
import { exports } from 'cloudflare:workers';
import { afterEach, describe, expect, it, vi } from 'vitest';
import { configure } from '../../../src/config/configured.ts';
import { absentUserId, createIdentifiers } from '../../../src/identifier/identifiers.ts';
import { readMailbox } from '../../../src/mail/mailbox.ts';
import config from '../../issuer/config.ts';
import { codeIn, wrongCode } from '../../workerd/mail.ts';
import { Person } from '../../workerd/person.ts';

// By invitation, at one domain, and with the address proved first.
configure((environment) => ({
  ...config(environment),
  signUp: { policy: 'invite', domains: ['company.test'], emailVerification: 'before' },
}));

afterEach(() => {
  vi.useRealTimers();
});

const identifiers = createIdentifiers(env.IDENTIFIER);
const administration = exports.Administration;

interface Invited {
  email?: string;
  groups?: string[];
  expiresInSeconds?: number;
}

/** The id of a new invitation. */
async function invited(input: Invited = {}): Promise<string> {
  const answer = await administration.invite(input);
  if (answer.kind !== 'invited') throw new Error(JSON.stringify(answer));
  return new URL(answer.url).searchParams.get('invite') ?? '';
}

let counter = 0;
const newcomer = () => new Person(`newcomer-${Date.now()}-${counter++}@company.test`);

const ask = (person: Person, invite: string, email = person.email) =>
  person.submit('/signup/email', { email, invite });

/** What was mailed to an address that has no account, or has one. */
async function mailTo(email: string) {
  await runDurableObjectAlarm(env.USER.getByName(await absentUserId(email)));
  return (await readMailbox(env.MAILBOX)).filter(({ to }) => to === email);
}

async function mailedCode(email: string): Promise<string> {
  return vi.waitFor(async () => {
    const code = (await mailTo(email)).map(codeIn).find((found) => found !== '');
    if (!code) throw new Error('no code yet');
    return code;
  });
}

/** As far as the form for the rest of the account. */
async function proved(person: Person, invite: string): Promise<Response> {
  await ask(person, invite);
  return person.submit('/signin/email/code', { code: await mailedCode(person.email) });
}

const complete = (person: Person, invite: string, form: Record<string, string> = {}) =>
  person.submit('/signup', {
    name: 'Ada',
    email: person.email,
    password: 'correct horse battery',
    invite,
    ...form,
  });

describe('signing up', () => {
  it('makes an account of the proved address, in the groups of the invitation', async () => {
    const person = newcomer();
    const invite = await invited({ groups: ['staff'] });
    const answer = await proved(person, invite);
    expect(answer.headers.get('Location')).toBe(`/signup?invite=${invite}`);
    const page = await (await person.get(`/signup?invite=${invite}`)).text();
    expect(page).toContain(`value="${person.email}"`);
    expect(page).toContain('readonly');
    // Whatever is typed beside it.
    const done = await complete(person, invite, { email: 'somebody-else@company.test' });
    expect(done.headers.get('Location')).toBe('/account');
    const account = await administration.inspect((await identifiers.lookup(person.email)) ?? '');
    expect(account?.profile).toMatchObject({ email: person.email, emailVerified: true, groups: ['staff'] });
    expect(await identifiers.lookup('somebody-else@company.test')).toBeUndefined();
  });

  it('leaves nothing to prove behind, and one account for each proof', async () => {
    const person = newcomer();
    const invite = await invited();
    await proved(person, invite);
    expect((await complete(person, invite)).status).toBe(303);
    expect((await complete(person, await invited())).headers.get('Location')).toContain('/signup/email');
  });

  it('needs the code: neither none nor a wrong one is enough', async () => {
    const person = newcomer();
    const invite = await invited();
    expect((await complete(person, invite)).headers.get('Location')).toBe(`/signup/email?invite=${invite}`);
    await ask(person, invite);
    expect((await complete(person, invite)).headers.get('Location')).toBe(`/signup/email?invite=${invite}`);
    const code = await mailedCode(person.email);
    await person.submit('/signin/email/code', { code: wrongCode(code) });
    expect((await complete(person, invite)).headers.get('Location')).toBe(`/signup/email?invite=${invite}`);
    expect(await identifiers.lookup(person.email)).toBeUndefined();
  });

  it('does not tell who has an account, and tells whoever has it', async () => {
    const [owner, invite] = [newcomer(), await invited()];
    await proved(owner, invite);
    await complete(owner, invite);
    const [known, unknown] = [new Person(owner.email), newcomer()];
    const fresh = await invited();
    const seen = [];
    for (const one of [known, unknown]) {
      const answer = await ask(one, fresh);
      const page = (await (await one.get('/signin/email/code')).text()).replaceAll(
        one.email.split('@')[0] ?? '',
        '',
      );
      const wrong = await one.submit('/signin/email/code', { code: '00000000' });
      seen.push([answer.status, answer.headers.get('Location'), page, wrong.status]);
    }
    expect(seen[1]).toEqual(seen[0]);
    await vi.waitFor(async () =>
      expect((await mailTo(owner.email)).map(({ subject }) => subject)).toContain(
        'You have a Portcullis account already',
      ),
    );
    const told = (await mailTo(owner.email)).find(({ subject }) => subject.includes('already'));
    expect(told?.text).not.toMatch(/\d{4} \d{4}/);
  });
});

describe('an invitation', () => {
  it('is needed', async () => {
    for (const invite of ['', 'garbage', 'A'.repeat(43)]) {
      expect((await new Person().get(`/signup?invite=${invite}`)).status).toBe(403);
      expect((await ask(newcomer(), invite)).status).toBe(403);
      expect((await complete(newcomer(), invite)).status).toBe(403);
      const passkey = await newcomer().submit('/signup/passkey', {
        name: 'Ada',
        email: 'a@company.test',
        invite,
      });
      expect(passkey.status).toBe(403);
    }
    expect(await (await new Person().get('/signin')).text()).not.toContain('/signup');
  });

  it('makes one account, also for two who come at once', async () => {
    const invite = await invited();
    const two = [newcomer(), newcomer()];
    for (const one of two) await proved(one, invite);
    const answers = await Promise.all(two.map((one) => complete(one, invite)));
    expect(answers.map(({ status }) => status).sort()).toEqual([303, 403]);
    const made = await Promise.all(two.map(({ email }) => identifiers.lookup(email)));
    expect(made.filter(Boolean)).toHaveLength(1);
  });

  it('for one address is for no other', async () => {
    const person = newcomer();
    const invite = await invited({ email: person.email.toUpperCase() });
    expect((await ask(newcomer(), invite)).status).toBe(400);
    expect((await ask(person, invite)).status).toBe(303);
  });

  it('ends when it said that it would', async () => {
    const invite = await invited({ expiresInSeconds: 60 });
    expect((await new Person().get(`/signup/email?invite=${invite}`)).status).toBe(200);
    vi.useFakeTimers({ toFake: ['Date'], now: Date.now() + 60_000 });
    expect((await new Person().get(`/signup/email?invite=${invite}`)).status).toBe(403);
  });

  it.each<[Invited, string]>([
    [{ email: 'nobody' }, 'email'],
    [{ expiresInSeconds: 59 }, 'expiresInSeconds'],
    [{ groups: [''] }, 'groups.0'],
  ])('with %j is not made', async (input, place) => {
    const answer = await administration.invite(input);
    expect(answer).toMatchObject({ kind: 'refused', faults: { [place]: expect.any(String) } });
  });
});

describe('an address', () => {
  it.each(['ada@company.test.evil.test', 'ada@sub.company.test', 'ada@evil.test', 'ada@cοmpany.test'])(
    'at another domain is refused: %s',
    async (email) => {
      expect((await ask(newcomer(), await invited(), email)).status).toBe(400);
    },
  );
});
