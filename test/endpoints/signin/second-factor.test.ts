import '../../../src/worker.ts';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import {
  AuthenticatorApp,
  elsewhere,
  hidden,
  isSignedIn,
  later,
  personWithApp,
  prove,
  withPassword,
} from '../../workerd/authenticator.ts';
import { codeFor, exchange, Person, password, refresh, type Tokens } from '../../workerd/person.ts';
import { eventsOf, sqlOf } from '../../workerd/stored.ts';

beforeEach(() => later(0));
afterEach(() => {
  vi.useRealTimers();
});

const headings = async (response: Response) => /<h1>([^<]*)</.exec(await response.text())?.[1];

describe('whoever has an authenticator app', () => {
  it('is not in with the password alone', async () => {
    const { person } = await personWithApp();
    const browser = elsewhere(person);
    await withPassword(browser);
    expect(await isSignedIn(browser)).toBe(false);
    expect(await headings(await browser.get('/signin/second-factor'))).toBe('Confirm that it is you');
  });

  it('is in with its code', async () => {
    const { person, app } = await personWithApp();
    const browser = elsewhere(person);
    await withPassword(browser);
    const response = await prove(browser, await app.code());
    expect([response.status, response.headers.get('Location')]).toEqual([303, '/account']);
    expect(await isSignedIn(browser)).toBe(true);
    // What was proved is used up with it.
    expect((await browser.get('/signin/second-factor')).headers.get('Location')).toBe('/signin');
  });

  it.each([
    ['a wrong code', async () => '000000'],
    ['nothing', async () => ''],
    ['a code of long ago', (app) => app.code(-2)],
    ['a code of the future', (app) => app.code(2)],
    ['a recovery code that is none', async () => 'AAAA-BBBB-CCCC-DDDD'],
  ] satisfies [string, (app: { code(steps: number): Promise<string> }) => Promise<string>][])(
    'is not in with %s',
    async (_, typed) => {
      const { person, app } = await personWithApp();
      const browser = elsewhere(person);
      await withPassword(browser);
      const response = await prove(browser, await typed(app));
      expect(response.status).toBe(401);
      expect(await response.text()).toContain('aria-invalid="true"');
      expect(await isSignedIn(browser)).toBe(false);
    },
  );

  it('may have a clock that is a step off', async () => {
    for (const drift of [-1, 1]) {
      const { person, app } = await personWithApp();
      later(60);
      const browser = elsewhere(person);
      await withPassword(browser);
      expect((await prove(browser, await app.code(drift))).status).toBe(303);
    }
  });

  it('needs the password first, in the same browser', async () => {
    const { person, app } = await personWithApp();
    const browser = elsewhere(person);
    const response = await prove(browser, await app.code());
    expect([response.status, response.headers.get('Location')]).toEqual([303, '/signin']);
    await withPassword(browser);
    const other = elsewhere(person);
    expect((await prove(other, await app.code())).headers.get('Location')).toBe('/signin');
    expect(await isSignedIn(other)).toBe(false);
  });

  it('must be done within ten minutes', async () => {
    const { person, app } = await personWithApp();
    const browser = elsewhere(person);
    await withPassword(browser);
    later(601);
    expect((await prove(browser, await app.code())).headers.get('Location')).toBe('/signin');
    expect(await isSignedIn(browser)).toBe(false);
  });

  it('is not helped by another person’s app', async () => {
    const { person } = await personWithApp();
    const { app } = await personWithApp();
    const browser = elsewhere(person);
    await withPassword(browser);
    expect((await prove(browser, await app.code())).status).toBe(401);
  });
});

describe('a code', () => {
  it('does not work twice, nor does one before it', async () => {
    const { person, app } = await personWithApp();
    const code = await app.code();
    const before = await app.code(-1);
    const first = elsewhere(person);
    await withPassword(first);
    expect((await prove(first, code)).status).toBe(303);
    for (const again of [code, before]) {
      const second = elsewhere(person);
      await withPassword(second);
      const response = await prove(second, again);
      expect(response.status).toBe(401);
      expect(await response.text()).toContain('That code has been used.');
      expect(await isSignedIn(second)).toBe(false);
    }
    later(30);
    const third = elsewhere(person);
    await withPassword(third);
    expect((await prove(third, await app.code())).status).toBe(303);
  });

  it('that set the app up is used up', async () => {
    const { person, app } = await personWithApp();
    vi.useFakeTimers({ toFake: ['Date'], now: Date.now() - 60_000 });
    const browser = elsewhere(person);
    await withPassword(browser);
    expect(await (await prove(browser, await app.code())).text()).toContain('That code has been used.');
  });

  it('lets exactly one of many requests in that bring it at once', async () => {
    const { person, app } = await personWithApp();
    // Fewer than close the door.
    const browsers = await Promise.all(
      Array.from({ length: 4 }, async () => {
        const browser = elsewhere(person);
        await withPassword(browser);
        return browser;
      }),
    );
    const code = await app.code();
    const statuses = await Promise.all(browsers.map(async (browser) => (await prove(browser, code)).status));
    expect(statuses.toSorted()).toEqual([303, 401, 401, 401]);
  });
});

describe('wrong codes', () => {
  it('are counted exactly, two hundred at once, and close the door for a while', async () => {
    const { person, app } = await personWithApp();
    const thief = elsewhere(person);
    await withPassword(thief);
    const answers = await Promise.all(Array.from({ length: 200 }, () => prove(thief, '000000')));
    const statuses = answers.map(({ status }) => status);
    expect(statuses.filter((status) => status === 401)).toHaveLength(5);
    expect(statuses.filter((status) => status === 429)).toHaveLength(195);
    expect(answers.find(({ status }) => status === 429)?.headers.get('Retry-After')).toBe('900');
    // A right one does not open it.
    expect((await prove(thief, await app.code())).status).toBe(429);
    later(900);
    await withPassword(thief);
    expect((await prove(thief, await app.code())).status).toBe(303);
  });

  it('keep out whoever makes them: not a browser of the person, its session, its tokens, nor a recovery code', async () => {
    const { person, app, codes } = await personWithApp();
    const { code, codeVerifier } = await codeFor(person);
    const tokens = (await (await exchange(code, codeVerifier)).json()) as Tokens;
    const thief = elsewhere(person);
    await withPassword(thief);
    for (let guess = 0; guess < 6; guess += 1) await prove(thief, '000000');
    expect((await prove(thief, '000000')).status).toBe(429);

    expect(await isSignedIn(person)).toBe(true);
    expect((await refresh(tokens.refresh_token)).status).toBe(200);
    // A browser that they signed in with before.
    await withPassword(person);
    expect((await prove(person, await app.code())).status).toBe(303);
    // A new one.
    const visitor = elsewhere(person);
    await withPassword(visitor);
    expect((await prove(visitor, codes[0] ?? '')).status).toBe(303);
  });

  it('are not forgiven by the password being right', async () => {
    const { person } = await personWithApp();
    const thief = elsewhere(person);
    const statuses = [];
    for (let guess = 0; guess < 6; guess += 1) {
      await withPassword(thief);
      statuses.push((await prove(thief, '000000')).status);
    }
    expect(statuses).toEqual([401, 401, 401, 401, 401, 429]);
  });

  it('are forgiven by a right one, at that door', async () => {
    const { person, app } = await personWithApp();
    const browser = elsewhere(person);
    await withPassword(browser);
    for (let guess = 0; guess < 4; guess += 1) await prove(browser, '000000');
    expect((await prove(browser, await app.code())).status).toBe(303);
    const again = elsewhere(person);
    await withPassword(again);
    for (let guess = 0; guess < 5; guess += 1) expect((await prove(again, '000000')).status).toBe(401);
  });

  it('are told to the person, once the door closes', async () => {
    const { person } = await personWithApp();
    const thief = elsewhere(person);
    await withPassword(thief);
    for (let guess = 0; guess < 4; guess += 1) await prove(thief, '000000');
    expect(await eventsOf(person, 'second_factor_locked')).toEqual([]);
    await Promise.all(Array.from({ length: 20 }, () => prove(thief, '000000')));
    expect(await eventsOf(person, 'second_factor_locked')).toHaveLength(1);
  });
});

describe('a recovery code', () => {
  it('stands in for the app, however it is typed, and is then used up', async () => {
    const { person, codes } = await personWithApp();
    const [first = '', second = ''] = codes;
    const browser = elsewhere(person);
    await withPassword(browser);
    expect((await prove(browser, first.toLowerCase().replaceAll('-', ' '))).status).toBe(303);
    const other = elsewhere(person);
    await withPassword(other);
    expect((await prove(other, first, { asked: 'recovery_code' })).status).toBe(401);
    expect((await prove(other, second)).status).toBe(303);
    expect(await eventsOf(person, 'recovery_code_used')).toMatchObject([{ left: 9 }, { left: 8 }]);
  });

  it('lets exactly one of many requests in that bring it at once', async () => {
    const { person, codes } = await personWithApp();
    const browsers = await Promise.all(
      Array.from({ length: 6 }, async () => {
        const browser = elsewhere(person);
        await withPassword(browser);
        return browser;
      }),
    );
    const answers = await Promise.all(browsers.map((browser) => prove(browser, codes[3] ?? '')));
    expect(answers.filter(({ status }) => status === 303)).toHaveLength(1);
  });

  it('is stored as nothing that could be typed, and is of one person', async () => {
    const { person, codes } = await personWithApp();
    const tables = ['recovery_code', 'totp', 'event'];
    const rows = await Promise.all(tables.map((table) => sqlOf(person, `SELECT * FROM ${table}`)));
    const stored = JSON.stringify(rows);
    expect(stored).toContain('"sealed"');
    for (const code of codes) expect(stored).not.toContain(code.replaceAll('-', ''));
    const other = await personWithApp();
    await withPassword(other.person);
    expect((await prove(other.person, codes[0] ?? '')).status).toBe(401);
  });

  it('has a page of its own to be typed in', async () => {
    const { person } = await personWithApp();
    const browser = elsewhere(person);
    await withPassword(browser);
    const page = await (await browser.get('/signin/second-factor')).text();
    expect(page).toContain('href="/signin/second-factor?asked=recovery_code"');
    const other = await browser.get('/signin/second-factor?asked=recovery_code');
    expect(await headings(other)).toBe('Use a recovery code');
  });
});

describe('a first factor that was proved', () => {
  const changed = { current_password: password, new_password: 'seven lamps over the harbour' };

  it('counts no more once the password was changed', async () => {
    const { person, app } = await personWithApp();
    const browser = elsewhere(person);
    await withPassword(browser);
    expect((await person.submit('/account/password', changed)).status).toBe(303);
    later(60);
    const response = await prove(browser, await app.code());
    expect([response.status, response.headers.get('Location')]).toEqual([303, '/signin?account=other']);
    expect(await isSignedIn(browser)).toBe(false);
    expect((await browser.get('/signin/second-factor')).headers.get('Location')).toBe('/signin');
  });

  it('sets no second factor up after that either', async () => {
    const person = new Person();
    await person.signUp();
    const browser = elsewhere(person);
    const flow = 'strong-device';
    expect((await browser.signIn({ flow })).headers.get('Location')).toBe(`/signin/enrol?flow=${flow}`);
    expect((await person.submit('/account/password', changed)).status).toBe(303);
    const page = await (await browser.get(`/signin/enrol?flow=${flow}`)).text();
    const form = { flow, setup: hidden(page, 'setup'), code: await new AuthenticatorApp(page).code() };
    expect((await browser.submit('/signin/enrol', form)).status).toBe(303);
    expect((await browser.submit('/signin/enrol', { flow, kept: 'yes' })).status).toBe(303);
    expect(await isSignedIn(browser)).toBe(false);
    expect(await (await person.get('/account')).text()).toContain('/account/authenticator');
    expect((await elsewhere(person).signIn({ password: changed.new_password })).headers.get('Location')).toBe(
      '/account',
    );
  });
});
