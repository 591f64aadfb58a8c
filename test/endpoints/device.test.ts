import '../issuer/inside.ts';
import { env, SELF } from 'cloudflare:test';
import { afterEach, describe, expect, it, vi } from 'vitest';
import { shownUserCode } from '../../src/core/oauth/device.ts';
import { USER_CODE_ATTEMPTS } from '../../src/endpoints/device.tsx';
import { issuer, Person, password } from '../workerd/person.ts';
import { decide, enter, errorOf, hiddenFields, somebody, television } from '../workerd/television.ts';

// Sign-ups hash passwords, which takes its time on a busy machine.
vi.setConfig({ testTimeout: 30_000 });

afterEach(() => {
  vi.useRealTimers();
  vi.restoreAllMocks();
});

const clockForward = (seconds: number) =>
  vi.useFakeTimers({ toFake: ['Date'], now: Date.now() + seconds * 1000 });
const locationOf = (response: Response) => response.headers.get('Location') ?? '';
const nobodyHasIt = 'BBBB-BBBB';

describe('a stranger', () => {
  it.each([
    ['/device', '/device'],
    ['/device?user_code=wdjbmjht', '/device?user_code=WDJB-MJHT'],
    ['/device?user_code=nonsense"><script>', '/device'],
  ])('who comes to %s signs in first, and comes back to %s', async (from, to) => {
    const person = await somebody();
    const browser = new Person(person.email);
    const first = await browser.get(from);
    expect(first.status).toBe(303);
    const page = await (await browser.get(locationOf(first))).text();
    const { flow } = hiddenFields(page);
    const wrong = await browser.signIn({ flow: flow ?? '', password: 'not the password at all' });
    expect(hiddenFields(await wrong.text())).toMatchObject({ flow });
    const back = await browser.signIn({ flow: flow ?? '' });
    expect(back.status).toBe(303);
    expect(locationOf(back)).toBe(to);
    expect((await browser.get(to)).status).toBe(200);
  });

  it('may sign up on the way', async () => {
    const browser = new Person();
    const page = await (
      await browser.get(locationOf(await browser.get('/device?user_code=WDJB-MJHT')))
    ).text();
    const href = /href="(\/signup[^"]*)"/.exec(page)?.[1] ?? '';
    const { flow } = hiddenFields(await (await browser.get(href)).text());
    expect(locationOf(await browser.signUp({ flow: flow ?? '' }))).toBe('/device?user_code=WDJB-MJHT');
  });

  it('may not try codes: no object is asked before the sign-in', async () => {
    const { user_code } = await television.codes();
    const devices = vi.spyOn(env.DEVICE_AUTHORIZATION, 'getByName');
    const browser = new Person();
    for (const code of [user_code, nobodyHasIt]) {
      const response = await browser.submit('/device', { user_code: code });
      expect(response.status).toBe(303);
      expect(locationOf(response)).toBe(`/signin?flow=device-${code.replace('-', '')}`);
    }
    expect(devices).not.toHaveBeenCalled();
  });

  it('is sent to no other place by a flow that only looks like ours', async () => {
    const person = await somebody();
    for (const flow of ['device-//evil.test', 'device-https://evil.test', 'device\nx', 'devices']) {
      const location = locationOf(await person.signIn({ flow }));
      expect(['', '/device']).toContain(location);
    }
  });
});

describe('the page', () => {
  it('asks for a code', async () => {
    const response = await (await somebody()).get('/device');
    const html = await response.text();
    expect(html).toContain('<form method="post" action="/device">');
    expect(html).toMatch(/<input[^>]*name="user_code"/);
    expect(html).not.toContain('name="decision"');
  });

  it('fills in the code that a link brings, and asks for nothing and does nothing until the person goes on', async () => {
    const { user_code } = await television.codes();
    const person = await somebody();
    const devices = vi.spyOn(env.DEVICE_AUTHORIZATION, 'getByName');
    const html = await (await person.get(`/device?user_code=${user_code}`)).text();
    expect(html).toMatch(new RegExp(`<input[^>]*value="${user_code}"`));
    expect(html).toContain('Is this the code that your device shows?');
    expect(html).not.toContain('name="decision"');
    expect(devices).not.toHaveBeenCalled();
  });

  it('shows who asks, from where, for what, for whose account and the code, before anybody may allow it', async () => {
    const person = await somebody();
    const response = await SELF.fetch(`${issuer}/oauth/device_authorization`, {
      method: 'POST',
      headers: { 'Content-Type': 'application/x-www-form-urlencoded' },
      body: new URLSearchParams({ client_id: 'device', scope: 'openid email api:read' }).toString(),
      cf: { city: 'Lisbon', country: 'PT' },
    } as RequestInit);
    const { user_code } = (await response.json()) as { user_code: string };
    const { status, html } = await enter(person, user_code.toLowerCase().replace('-', ' '));
    expect(status).toBe(200);
    for (const text of ['Television', 'Lisbon, PT', person.email, user_code, 'Read from the API', 'deny']) {
      expect(html.replace('<wbr/>', '')).toContain(text);
    }
    expect(html).toContain('See your email address');
    expect(html).toMatch(/<button[^>]*name="decision" value="allow"/);
    expect(html).toMatch(/<button[^>]*name="decision" value="deny"/);
  });

  it('says to go back to the device once it is allowed, and once more when the form is sent again', async () => {
    const person = await somebody();
    const codes = await television.codes();
    const { form } = await enter(person, codes.user_code);
    for (let time = 0; time < 2; time += 1) {
      const response = await person.submit('/device', { ...form, decision: 'allow' });
      expect(response.status).toBe(200);
      expect(await response.text()).toContain('Go back to your device');
    }
    expect((await television.poll(codes)).status).toBe(200);
  });

  it('gives no access when it is denied, now and later', async () => {
    const person = await somebody();
    const codes = await television.codes();
    const { form } = await enter(person, codes.user_code);
    const denied = await person.submit('/device', { ...form, decision: 'deny' });
    expect(denied.status).toBe(200);
    expect(await denied.text()).toContain('It got no access');
    expect((await person.submit('/device', { ...form, decision: 'allow' })).status).toBe(400);
    expect(await errorOf(television.poll(codes))).toBe('access_denied');
  });

  it('takes the first decision of the first person for good', async () => {
    const [ada, eve] = [await somebody(), await somebody()];
    const codes = await television.codes({ scope: 'openid email' });
    const late = await enter(eve, codes.user_code);
    await decide(ada, codes.user_code, 'allow');
    for (const decision of ['allow', 'deny']) {
      const answer = await eve.submit('/device', { ...late.form, decision });
      expect(answer.status).toBe(400);
      expect(await answer.text()).toContain('No device waits under this code');
    }
    expect((await enter(eve, codes.user_code)).status).toBe(400);
    const tokens = (await (await television.poll(codes)).json()) as { access_token: string };
    const userinfo = await SELF.fetch(`${issuer}/oauth/userinfo`, {
      headers: { Authorization: `Bearer ${tokens.access_token}` },
    });
    expect(await userinfo.json()).toMatchObject({ email: ada.email });
  });

  it('lets nobody allow a device that they were not shown', async () => {
    const person = await somebody();
    const codes = await television.codes();
    const other = await enter(person, (await television.codes()).user_code);
    const account = other.form.account ?? '';
    for (const authorization of ['', other.form.authorization ?? '']) {
      for (const decision of ['allow', 'deny']) {
        const form = { user_code: codes.user_code, account, authorization, decision };
        expect((await person.submit('/device', form)).status).toBe(400);
      }
    }
    expect(await errorOf(television.poll(codes))).toBe('authorization_pending');
  });

  it('asks anew when somebody else is signed in by now', async () => {
    const person = await somebody();
    const codes = await television.codes();
    const { form } = await enter(person, codes.user_code);
    const other = await somebody();
    await person.submit('/signin', { email: other.email, password });
    const html = await (await person.submit('/device', { ...form, decision: 'allow' })).text();
    expect(html).toContain('name="decision"');
    expect(html.replace('<wbr/>', '')).toContain(other.email);
    expect(await errorOf(television.poll(codes))).toBe('authorization_pending');
  });

  it('signs in first whoever decides after their session ended', async () => {
    const person = await somebody();
    const codes = await television.codes();
    const { form } = await enter(person, codes.user_code);
    await person.submit('/account/sign-out-everywhere', {});
    const response = await person.submit('/device', { ...form, decision: 'allow' });
    expect(response.status).toBe(303);
    expect(locationOf(response)).toMatch(/^\/signin\?flow=device-/);
    expect(await errorOf(television.poll(codes))).toBe('authorization_pending');
  });

  it('remembers that a stranger’s client was allowed, and lets the person take it back', async () => {
    const person = await somebody();
    const codes = await television.codes({ scope: 'openid' });
    await decide(person, codes.user_code, 'allow');
    const revoked = await person.submit('/account/revoke-consent', { client_id: 'device' });
    expect(revoked.status).toBe(303);
    expect(await errorOf(television.poll(codes))).toBe('invalid_grant');
  });

  it('is no place for forms of other sites', async () => {
    const person = await somebody();
    const codes = await television.codes();
    const { form } = await enter(person, codes.user_code);
    const headers = { Origin: 'https://evil.example', 'Sec-Fetch-Site': 'cross-site' };
    expect((await person.submit('/device', { ...form, decision: 'allow' }, headers)).status).toBe(403);
    expect(await errorOf(television.poll(codes))).toBe('authorization_pending');
  });

  it.each(['', 'WDJB', '<b>', 'x'.repeat(10_000)])(
    'tells what is wrong with %.20j, and asks no object',
    async (typed) => {
      const person = await somebody();
      const devices = vi.spyOn(env.DEVICE_AUTHORIZATION, 'getByName');
      const { status, html } = await enter(person, typed);
      expect(status).toBe(400);
      expect(html).toContain('Enter the eight letters that your device shows.');
      expect(html).not.toContain('<b>');
      expect(devices).not.toHaveBeenCalled();
    },
  );

  it('tells that a form cannot be read', async () => {
    const response = await (await somebody()).submit('/device', {}, { 'Content-Type': 'text/plain' });
    expect(response.status).toBe(400);
  });

  it('tells that a code has expired like one that never was', async () => {
    const person = await somebody();
    const codes = await television.codes();
    const page = async (userCode: string) =>
      (await enter(person, userCode)).html.replaceAll(userCode, 'CODE');
    const never = await page(nobodyHasIt);
    clockForward(600);
    expect(await page(codes.user_code)).toBe(never);
  });
});

describe('guessing user codes', () => {
  it('slows down after ten codes, right or wrong, in whatever browser and however many at once', async () => {
    const person = await somebody();
    const elsewhere = new Person(person.email);
    await elsewhere.signIn();
    const codes = await television.codes();
    const guess = async (at: number) => {
      const code = shownUserCode(`BCDFGHJ${'BCDFGHJKLMNPQRSTVWXZ'[at]}`);
      return (await enter(at % 2 === 0 ? person : elsewhere, code)).status;
    };
    expect((await enter(person, codes.user_code)).status).toBe(200);
    const statuses = await Promise.all(Array.from({ length: 14 }, (_, at) => guess(at)));
    expect(statuses.filter((status) => status === 400)).toHaveLength(USER_CODE_ATTEMPTS.maximumAttempts - 1);
    expect(statuses.filter((status) => status === 429)).toHaveLength(5);
    const locked = await enter(person, codes.user_code);
    expect(locked.status).toBe(429);
    const wait = Number(locked.headers.get('Retry-After'));
    expect(wait).toBeGreaterThan(20);
    expect(wait).toBeLessThanOrEqual(30);
    expect((await (await somebody()).get('/device')).status, 'others go on').toBe(200);
    expect((await person.signIn()).status, 'passwords have a count of their own').toBe(303);
    expect((await enter(person, codes.user_code)).status, 'no sign-in forgives').toBe(429);
    clockForward(3_601);
    const later = await television.codes();
    expect((await enter(person, later.user_code)).status).toBe(200);
  });

  it('has a chance of less than 2^-30 while a code lives', () => {
    const { maximumAttempts, attemptWindowSeconds } = USER_CODE_ATTEMPTS;
    expect(attemptWindowSeconds).toBeGreaterThanOrEqual(600);
    expect((2 * maximumAttempts) / 20 ** 8).toBeLessThan(2 ** -30);
  });
});
