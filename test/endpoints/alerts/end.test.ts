import { env, SELF } from 'cloudflare:test';
import { afterEach, describe, expect, it, vi } from 'vitest';
import { rootSecrets } from '../../../src/crypto/root-secret.ts';
import { seal } from '../../../src/crypto/seal.ts';
import { newRecordId, newUserId } from '../../../src/crypto/token.ts';
import { ALERT_LIVES_FOR, alertLink } from '../../../src/mail/alert-link.ts';
import { mailOf } from '../../workerd/mail.ts';
import { issuer, Person, password, personWithTokens, refresh } from '../../workerd/person.ts';
import { eventsOf, objectOf } from '../../workerd/stored.ts';

vi.setConfig({ testTimeout: 20_000 });

afterEach(() => {
  vi.useRealTimers();
});

/** Somebody with no cookie at all, as a browser of theirs would send a form. */
const nobody = () => new Person('nobody@example.com');

const linkIn = (text: string): string => /https?:\S+\/alerts\/end\?alert=\S+/.exec(text)?.[0] ?? 'missing:';

/** Signs a person in at another browser, and answers with the path of the link that they are mailed for it. */
async function signInElsewhere(person: Person): Promise<{ thief: Person; path: string }> {
  const thief = new Person(person.email);
  expect((await thief.signIn()).status).toBe(303);
  const mail = (await mailOf(person.email)).find(({ subject }) => subject.startsWith('New sign-in'));
  const { pathname, search } = new URL(linkIn(mail?.text ?? ''));
  return { thief, path: pathname + search };
}

const alertIn = (path: string): string => new URL(path, issuer).searchParams.get('alert') ?? '';
const isSignedIn = async (person: Person): Promise<boolean> => (await person.get('/account')).status === 200;
const use = (path: string, by = nobody()) => by.submit('/alerts/end', { alert: alertIn(path) });

async function linkFor(userId: string, eventId: string, at = Date.now()): Promise<string> {
  const { pathname, search } = new URL(
    await alertLink(await rootSecrets(env), issuer, { userId, eventId }, at),
  );
  return pathname + search;
}

describe('the mail about a new device', () => {
  it('says from where and when, and not a word of it at sign-up or from a browser that is known', async () => {
    const person = new Person();
    await person.signUp();
    await person.submit('/account/sign-out-everywhere', {});
    await person.signIn();
    const about = async () =>
      (await mailOf(person.email)).filter(({ subject }) => subject.startsWith('New sign-in'));
    expect(await about()).toEqual([]);
    await new Person(person.email).signIn();
    const [mail, ...others] = await about();
    expect(others).toEqual([]);
    expect(mail?.text).toMatch(/Device: .+\n(Place: .+\n)?When: .+ UTC\n/);
    expect(mail?.text).toContain(`${issuer}/alerts/end?alert=`);
  });
});

describe('the link in a warning', () => {
  it('ends nothing when it is opened, however often, and asks for no sign-in', async () => {
    const { person } = await personWithTokens();
    const { thief, path } = await signInElsewhere(person);
    for (const method of ['GET', 'HEAD', 'GET']) {
      const response = await SELF.fetch(issuer + path, { method, headers: { Accept: 'text/html' } });
      expect(response.status).toBe(200);
      if (method === 'GET') expect(await response.text()).toContain('Sign out everything');
    }
    expect([await isSignedIn(person), await isSignedIn(thief)]).toEqual([true, true]);
    expect(await eventsOf(person, 'alert_answered')).toEqual([]);
  });

  it('lets no cache and no other page have its address', async () => {
    const { person } = await personWithTokens();
    const { path } = await signInElsewhere(person);
    for (const response of [await nobody().get(path), await use(path), await nobody().get(`${path}x`)]) {
      expect(response.headers.get('Cache-Control')).toBe('no-store');
      expect(response.headers.get('Referrer-Policy')).toBe('strict-origin');
      expect(response.headers.get('Content-Security-Policy')).toContain("default-src 'none'");
    }
  });

  it('ends every session and family, says why, and leads on to another password', async () => {
    const { person, tokens } = await personWithTokens();
    const { thief, path } = await signInElsewhere(person);
    const response = await use(path);
    expect(response.status).toBe(200);
    const page = await response.text();
    expect(page).toContain('Everything is signed out');
    expect(page).toContain('href="/reset"');
    expect([await isSignedIn(person), await isSignedIn(thief)]).toEqual([false, false]);
    const refused = await refresh(tokens.refresh_token);
    expect(await refused.json()).toMatchObject({ error: 'invalid_grant', cause: 'reported_by_person' });
    expect(await eventsOf(person, 'everything_ended')).toEqual([
      expect.objectContaining({ cause: 'reported_by_person' }),
    ]);
    const [answered, ...others] = await eventsOf(person, 'alert_answered');
    expect(others).toEqual([]);
    expect(answered).toMatchObject({
      alert: expect.stringMatching(/^[\w-]{11}$/),
      requestId: expect.any(String),
    });
  });

  it('is in the mail about another password too, and ends what was kept then', async () => {
    const person = new Person();
    await person.signUp();
    await person.submit('/account/password', {
      current_password: password,
      new_password: 'another horse battery',
    });
    const mail = (await mailOf(person.email)).find(({ subject }) => subject.includes('password was changed'));
    const { pathname, search } = new URL(linkIn(mail?.text ?? ''));
    expect(await isSignedIn(person)).toBe(true);
    await use(pathname + search);
    expect(await isSignedIn(person)).toBe(false);
  });

  it('works once: used again it ends nothing and says so', async () => {
    const { person } = await personWithTokens();
    const { path } = await signInElsewhere(person);
    await use(path);
    await person.signIn();
    const again = await use(path);
    expect(again.status).toBe(200);
    expect(await again.text()).toContain('This link was used before');
    expect(await (await nobody().get(path)).text()).toContain('This link was used before');
    expect(await isSignedIn(person)).toBe(true);
    expect(await eventsOf(person, 'alert_answered')).toHaveLength(1);
  });

  it('is good for each warning by itself', async () => {
    const { person } = await personWithTokens();
    const first = await signInElsewhere(person);
    await use(first.path);
    const userId = (await objectOf(person.email)).name ?? '';
    await person.signIn();
    await use(await linkFor(userId, newRecordId()));
    expect(await isSignedIn(person)).toBe(false);
  });

  it('ends nothing of whoever else is signed in where it is opened', async () => {
    const { person } = await personWithTokens();
    const { path } = await signInElsewhere(person);
    const other = new Person();
    await other.signUp();
    expect((await use(path, other)).status).toBe(200);
    expect([await isSignedIn(other), await isSignedIn(person)]).toEqual([true, false]);
  });

  it('is over after seven days', async () => {
    const { person } = await personWithTokens();
    const userId = (await objectOf(person.email)).name ?? '';
    const path = await linkFor(userId, newRecordId(), Date.now() - ALERT_LIVES_FOR);
    for (const response of [await nobody().get(path), await use(path)]) {
      expect(response.status).toBe(400);
      expect(await response.text()).toContain('That link is too old');
    }
    expect(await isSignedIn(person)).toBe(true);
    expect(
      (await nobody().get(await linkFor(userId, newRecordId(), Date.now() - ALERT_LIVES_FOR + 5000))).status,
    ).toBe(200);
  });

  it('is refused when anything of it was changed, or it was sealed for something else', async () => {
    const { person } = await personWithTokens();
    const userId = (await objectOf(person.email)).name ?? '';
    const alert = alertIn(await linkFor(userId, newRecordId()));
    const middle = Math.floor(alert.length / 2);
    const other = alert[middle] === 'A' ? 'B' : 'A';
    const foreign = await seal(
      await rootSecrets(env),
      'seal-mail',
      { userId, eventId: 'x' },
      Date.now() + 60_000,
    );
    for (const wrong of [
      alert.slice(0, middle) + other + alert.slice(middle + 1),
      alert.slice(0, -1),
      foreign,
      '',
    ]) {
      for (const response of [
        await nobody().get(`/alerts/end?${new URLSearchParams({ alert: wrong })}`),
        await nobody().submit('/alerts/end', { alert: wrong }),
      ]) {
        expect(response.status).toBe(400);
        expect(await response.text()).toContain('That link is not whole');
      }
    }
    expect(await isSignedIn(person)).toBe(true);
  });

  it('says so where the account is gone, and makes nothing of it', async () => {
    const userId = newUserId();
    const path = await linkFor(userId, newRecordId());
    expect((await use(path)).status).toBe(400);
    expect(await (await nobody().get(path)).text()).toContain('There is no such account any more');
  });

  it('is of no use to another site', async () => {
    const { person } = await personWithTokens();
    const { path } = await signInElsewhere(person);
    const headers = { Origin: 'https://evil.example', 'Sec-Fetch-Site': 'cross-site' };
    const response = await nobody().submit('/alerts/end', { alert: alertIn(path) }, headers);
    expect(response.status).toBe(403);
    expect(await isSignedIn(person)).toBe(true);
  });

  it('signs nobody in and is no other token', async () => {
    const { person } = await personWithTokens();
    const { path } = await signInElsewhere(person);
    const holder = nobody();
    await holder.get(path);
    await use(path, holder);
    expect([...holder.cookies.keys()]).toEqual([]);
    expect(await isSignedIn(holder)).toBe(false);
  });
});
