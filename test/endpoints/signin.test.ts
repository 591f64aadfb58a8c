import { env, runDurableObjectAlarm, runInDurableObject, SELF } from 'cloudflare:test';
import { afterEach, describe, expect, it, vi } from 'vitest';
import { absentUserId } from '../../src/identifier/identifiers.ts';
import { REFUSED_AFTER_MILLISECONDS } from '../../src/sign-in/password.ts';
import { issuer, Person, password, personWithTokens, refresh } from '../workerd/person.ts';

afterEach(() => {
  vi.useRealTimers();
});

describe('signing in', () => {
  it('leads to the account, with a cookie that no script sees', async () => {
    const person = new Person();
    await person.signUp();
    const response = await person.signIn();
    expect(response.status).toBe(303);
    expect(response.headers.get('Location')).toBe('/account');
    const cookie = response.headers.getSetCookie().find((line) => line.startsWith('portcullis-session='));
    expect(cookie).toMatch(
      /^portcullis-session=pc_st_[\w-]+; Max-Age=7776000; Path=\/; HttpOnly; SameSite=Lax$/,
    );
  });

  it('again in the same browser renews the session: its apps go on, an older copy of the cookie does not', async () => {
    const { person, tokens } = await personWithTokens();
    const copy = new Person(person.email);
    for (const [name, value] of person.cookies) copy.cookies.set(name, value);
    await person.signIn();
    expect((await copy.get('/account')).status).toBe(303);
    const page = await (await person.get('/account')).text();
    expect(page.match(/name="session_id"/g)).toHaveLength(1);
    expect((await refresh(tokens.refresh_token)).status).toBe(200);
  });

  it('as somebody else ends the session that was here, and forgets the gate’s handle of it', async () => {
    const { person, tokens } = await personWithTokens();
    const other = new Person();
    await other.signUp();
    person.cookies.set('portcullis-gate', 'a handle of the first person');
    await person.submit('/signin', { email: other.email, password });
    expect(person.cookies.has('portcullis-gate')).toBe(false);
    expect(((await (await refresh(tokens.refresh_token)).json()) as { cause: string }).cause).toBe(
      'replaced',
    );
    expect((await (await person.get('/account')).text()).replace('<wbr/>', '')).toContain(other.email);
  });

  it('with a copy of somebody’s token whose secret is wrong ends nothing of theirs', async () => {
    const { person, tokens } = await personWithTokens();
    const other = new Person();
    await other.signUp();
    await person.submit('/account/sign-out', { session_id: 'nonsense' });
    const stale = new Map(person.cookies);
    await person.signIn();
    for (const [name, value] of stale) if (name === 'portcullis-session') other.cookies.set(name, value);
    await other.signIn();
    expect((await refresh(tokens.refresh_token)).status).toBe(200);
  });

  it('takes the email in any case and the password in any Unicode form', async () => {
    const person = new Person();
    await person.signUp({ password: 'cafe\u0301 au lait, s’il vous plaît' });
    const response = await person.signIn({
      email: person.email.toUpperCase(),
      password: 'caf\u00e9 au lait, s’il vous plaît',
    });
    expect(response.status).toBe(303);
  });

  it('answers an unknown email exactly like a wrong password', async () => {
    const person = new Person();
    await person.signUp();
    const wrong = await person.signIn({ password: 'not the password at all' });
    const unknown = await person.signIn({ email: 'nobody-here@example.com' });
    expect(wrong.status).toBe(401);
    expect(unknown.status).toBe(401);
    // But for the address that was typed, and the challenge for a passkey, which is random in every page.
    const told = async (response: Response, email: string) =>
      (await response.text())
        .replaceAll(email, 'X')
        .replace(/&quot;challenge&quot;:&quot;[\w-]{48}&quot;/, '');
    expect(await told(unknown, 'nobody-here@example.com')).toBe(await told(wrong, person.email));
    const names = (response: Response) => [...response.headers].map(([name]) => name).sort();
    expect(names(unknown)).toEqual(names(wrong));
  });

  it('refuses no sooner than a second after the request, known or unknown', async () => {
    const person = new Person();
    await person.signUp();
    for (const email of [person.email, 'nobody-at-all@example.com']) {
      const before = performance.now();
      expect((await person.signIn({ email, password: 'not the password at all' })).status).toBe(401);
      expect(performance.now() - before).toBeGreaterThan(REFUSED_AFTER_MILLISECONDS - 20);
    }
  });

  it('makes the same calls for an unknown email as for a wrong password', async () => {
    const person = new Person();
    await person.signUp();
    const users = vi.spyOn(env.USER, 'getByName');
    const identifiers = vi.spyOn(env.IDENTIFIER, 'getByName');
    await person.signIn({ password: 'not the password at all' });
    const known = [users.mock.calls.length, identifiers.mock.calls.length];
    await person.signIn({ email: 'nobody-there@example.com' });
    expect([
      users.mock.calls.length - (known[0] ?? 0),
      identifiers.mock.calls.length - (known[1] ?? 0),
    ]).toEqual(known);
    users.mockRestore();
    identifiers.mockRestore();
  });

  it('puts what was typed back into the form, escaped, and never the password', async () => {
    const response = await new Person().signIn({
      email: '"><script>alert(1)</script>',
      password: 'hunter2 hunter2 hunter2',
    });
    const text = await response.text();
    expect(text).not.toContain('<script>alert');
    expect(text).not.toContain('hunter2');
  });
});

describe('guessing', () => {
  it.each([
    ['a person', true],
    ['somebody who does not exist', false],
  ])(
    'is stopped after ten attempts against %s, and lets them in again later',
    async (_, exists) => {
      const person = new Person();
      if (exists) await person.signUp();
      const guesser = new Person();
      const guess = () =>
        guesser.submit('/signin', { email: person.email, password: 'a wrong guess of mine' });
      const statuses = await Promise.all(Array.from({ length: 14 }, async () => (await guess()).status));
      expect(statuses.filter((status) => status === 401)).toHaveLength(10);
      expect(statuses.filter((status) => status === 429)).toHaveLength(4);
      const locked = await guess();
      const wait = Number(locked.headers.get('Retry-After'));
      expect(wait).toBeGreaterThan(20);
      expect(wait).toBeLessThanOrEqual(30);
      vi.useFakeTimers({ toFake: ['Date'], now: Date.now() + 30_000 });
      expect((await guess()).status, 'one more').toBe(401);
      const next = Number((await guess()).headers.get('Retry-After'));
      expect(next, 'twice as long').toBeGreaterThan(50);
      expect(next).toBeLessThanOrEqual(60);
      if (!exists) return;
      expect((await person.get('/account')).status, 'live sessions go on').toBe(200);
      vi.setSystemTime(Date.now() + 60_000);
      expect((await new Person(person.email).signIn()).status).toBe(303);
      const forgiven = await Promise.all(Array.from({ length: 10 }, async () => (await guess()).status));
      expect(forgiven, 'a success forgives').toEqual(Array(10).fill(401));
    },
    60_000,
  );

  it('by strangers does not lock somebody out of a browser in which they signed in before', async () => {
    const person = new Person();
    await person.signUp();
    const guesser = new Person();
    await Promise.all(
      Array.from({ length: 11 }, () =>
        guesser.submit('/signin', { email: person.email, password: 'a wrong guess of mine' }),
      ),
    );
    expect((await new Person(person.email).signIn()).status).toBe(429);
    expect((await person.signIn()).status).toBe(303);
    const device = person.cookies.get('portcullis-device') ?? '';
    guesser.cookies.set('portcullis-device', `${device.slice(0, -2)}AA`);
    expect(
      (await guesser.submit('/signin', { email: person.email, password })).status,
      'a forged device',
    ).toBe(429);
  }, 60_000);

  it('in a browser that is known is counted as well', async () => {
    const person = new Person();
    await person.signUp();
    const wrong = () => person.signIn({ password: 'a wrong guess of mine' });
    const statuses = await Promise.all(Array.from({ length: 12 }, async () => (await wrong()).status));
    expect(statuses.filter((status) => status === 429)).toHaveLength(2);
  }, 60_000);

  it('is forgiven by a success', async () => {
    const person = new Person();
    await person.signUp();
    for (let round = 0; round < 2; round += 1) {
      for (let count = 0; count < 6; count += 1) await person.signIn({ password: 'a wrong guess of mine' });
      expect((await person.signIn()).status).toBe(303);
    }
  }, 60_000);

  it('leaves nothing of a person who does not exist after a day', async () => {
    await new Person().signIn({ email: 'ghost@example.com' });
    const stub = env.USER.getByName(await absentUserId('ghost@example.com'));
    expect(await runInDurableObject(stub, (_, state) => state.storage.getAlarm())).toBeGreaterThan(
      Date.now(),
    );
    // Not before: mail goes out by the same alarm, and must not make guesses uncounted.
    expect(await runDurableObjectAlarm(stub)).toBe(true);
    const counted = await runInDurableObject(stub, (_, state) =>
      state.storage.sql.exec('SELECT attempts FROM password_attempt').one(),
    );
    expect(counted).toEqual({ attempts: 1 });
    vi.useFakeTimers({ toFake: ['Date'], now: Date.now() + 24 * 60 * 60_000 });
    expect(await runDurableObjectAlarm(stub)).toBe(true);
    const tables = await runInDurableObject(stub, (_, state) =>
      state.storage.sql
        .exec("SELECT name FROM sqlite_master WHERE type = 'table' AND name NOT LIKE '\\_cf%' ESCAPE '\\'")
        .toArray(),
    );
    expect(tables).toEqual([]);
  });
});

describe('a form that another site posts', () => {
  it.each([
    ['by its Origin', { Origin: 'https://evil.example', 'Sec-Fetch-Site': 'cross-site' }],
    ['by Fetch Metadata', { Origin: issuer, 'Sec-Fetch-Site': 'same-site' }],
    ['with an opaque Origin', { Origin: 'null' }],
    ['from a sibling port', { Origin: 'http://localhost:9999' }],
  ])('is refused: %s', async (_, headers) => {
    const person = new Person();
    await person.signUp();
    const before = person.cookies.get('portcullis-session');
    for (const path of ['/signin', '/signup', '/account/sign-out-everywhere']) {
      const response = await person.submit(path, { email: person.email, password: 'x' }, headers);
      expect(response.status, path).toBe(403);
    }
    expect(person.cookies.get('portcullis-session')).toBe(before);
    expect((await person.get('/account')).status).toBe(200);
  });

  it('is refused without any header that tells its origin', async () => {
    const response = await SELF.fetch(`${issuer}/signin`, {
      method: 'POST',
      body: new URLSearchParams({ email: 'a@b.c', password: 'x' }),
    });
    expect(response.status).toBe(403);
  });
});

describe('broken forms', () => {
  it('are told so, and cost no hash', async () => {
    const person = new Person();
    const attempts = vi.spyOn(env.USER, 'getByName');
    const typed = await person.submit('/signin', {}, { 'Content-Type': 'text/plain' });
    expect(typed.status).toBe(400);
    expect(
      (await person.submit('/signin', { email: 'a@example.com', password: 'p'.repeat(300) })).status,
    ).toBe(401);
    expect(
      (await person.submit('/signin', { email: 'a@example.com', password: 'p'.repeat(100_000) })).status,
    ).toBe(413);
    expect(attempts).not.toHaveBeenCalled();
    attempts.mockRestore();
  });
});

it('looking an unknown email up leaves nothing in its identifier’s object', async () => {
  await new Person().signIn({ email: 'phantom@example.com' });
  const name = `email:${btoa(
    String.fromCharCode(
      ...new Uint8Array(
        await crypto.subtle.digest('SHA-256', new TextEncoder().encode('phantom@example.com')),
      ),
    ),
  )
    .replaceAll('+', '-')
    .replaceAll('/', '_')
    .replaceAll('=', '')}`;
  const tables = await runInDurableObject(env.IDENTIFIER.getByName(name), (_, state) =>
    state.storage.sql
      .exec("SELECT name FROM sqlite_master WHERE type = 'table' AND name NOT LIKE '\\_cf%' ESCAPE '\\'")
      .toArray(),
  );
  expect(tables).toEqual([]);
});
