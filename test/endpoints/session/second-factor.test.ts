import '../../issuer/inside.ts';
import { decodeJwt } from 'jose';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { parametersOf } from '../../issuer/authorization.ts';
import { AppPerson } from '../../workerd/app-person.ts';
import { later, personWithApp } from '../../workerd/authenticator.ts';
import { lastCode, mailOf } from '../../workerd/mail.ts';
import { Person, password, post } from '../../workerd/person.ts';
import { objectOf } from '../../workerd/stored.ts';

beforeEach(() => later(0));
afterEach(() => {
  vi.useRealTimers();
});

interface Answer {
  error?: string;
  cause?: string;
  access_token?: string;
  auth_session?: string;
  accepts?: string[];
  authorization_code?: string;
}

describe('signing in by the session API', () => {
  const login = async (person: AppPerson, more: Record<string, string> = {}) => {
    const response = await person.login({ client_id: 'app', ...more });
    return { response, status: response.status, answer: (await response.json()) as Answer };
  };

  it('asks for an otp, and takes the app’s', async () => {
    const { person, app } = await personWithApp();
    const browser = new AppPerson(person.email);
    const first = await login(browser);
    expect(first).toMatchObject({ status: 401, answer: { error: 'mfa_required', cause: 'otp_needed' } });
    expect(browser.cookies.size).toBe(0);
    const second = await login(browser, { otp: await app.code() });
    expect(second.status).toBe(200);
    expect(decodeJwt(second.answer.access_token ?? '')).toMatchObject({
      acr: 'urn:portcullis:acr:mfa',
      amr: ['pwd', 'otp', 'mfa'],
    });
    const again = await login(new AppPerson(person.email), { otp: await app.code() });
    expect(again).toMatchObject({ status: 401, answer: { error: 'invalid_grant', cause: 'used_otp' } });
  });

  it('takes a recovery code, once', async () => {
    const { person, codes } = await personWithApp();
    const otp = codes[0] ?? '';
    expect((await login(new AppPerson(person.email), { otp })).status).toBe(200);
    const again = await login(new AppPerson(person.email), { otp });
    expect(again).toMatchObject({ status: 401, answer: { error: 'invalid_grant', cause: 'wrong_otp' } });
  });

  it('counts wrong ones at the same door as the page', async () => {
    const { person, app } = await personWithApp();
    const thief = new AppPerson(person.email);
    for (let guess = 0; guess < 5; guess += 1)
      expect((await login(thief, { otp: '000000' })).answer).toMatchObject({ cause: 'wrong_otp' });
    const { response, status, answer } = await login(thief, { otp: await app.code() });
    expect([status, answer.error, response.headers.get('Retry-After')]).toEqual([
      429,
      'too_many_attempts',
      '900',
    ]);
  });

  it('tells nothing of a second factor to whoever lacks the password', async () => {
    const { person, app } = await personWithApp();
    const wrong = { password: 'not the right one', otp: await app.code() };
    const known = await login(new AppPerson(person.email), wrong);
    const unknown = await login(new AppPerson(), wrong);
    expect(known).toMatchObject({ status: 401, answer: { cause: 'wrong_credentials' } });
    expect(known.answer).toEqual(unknown.answer);
    expect((await login(new AppPerson(person.email), { otp: await app.code() })).status).toBe(200);
  });

  it('needs none of somebody who has none', async () => {
    const person = new AppPerson();
    await person.signUp();
    expect((await login(person, { otp: '000000' })).status).toBe(200);
  });
});

describe('signing in on an app’s own pages', () => {
  const challenge = async (form: Record<string, string>) => {
    const response = await post('/oauth/authorization-challenge', form);
    return { status: response.status, answer: (await response.json()) as Answer };
  };

  it('goes on with the otp after the password', async () => {
    const { person, app } = await personWithApp();
    const request = Object.fromEntries(
      parametersOf('headless', { response_type: undefined, redirect_uri: undefined }),
    );
    const first = await challenge({ ...request, username: person.email, password });
    expect(first).toMatchObject({ status: 400, answer: { error: 'insufficient_authorization' } });
    expect(first.answer.accepts).toContain('otp');
    const step = { client_id: 'headless', auth_session: first.answer.auth_session ?? '' };
    const wrong = await challenge({ ...step, otp: '000000' });
    expect(wrong).toMatchObject({ status: 400, answer: { cause: 'wrong_credentials' } });
    const done = await challenge({ ...step, otp: await app.code() });
    expect(done.answer.authorization_code).toMatch(/^pc_ac_/);
    const spent = await challenge({ ...step, otp: await app.code() });
    expect(spent.answer.error).toBe('insufficient_authorization');
  });
});

/** Before the address is proved, whoever proves it begins anew: see `proveAddress`. */
async function withProvedAddress() {
  const guarded = await personWithApp();
  await (await objectOf(guarded.person.email)).setProfile({ emailVerified: true, claims: {} });
  return guarded;
}

describe('a code by mail', () => {
  it('is one factor: the app is asked for after it, too', async () => {
    const { person, app } = await withProvedAddress();
    const browser = new Person(person.email);
    await browser.submit('/signin/email', { email: person.email });
    const asked = await browser.submit('/signin/email/code', { code: await lastCode(person.email) });
    expect(asked.headers.get('Location')).toBe('/signin/second-factor');
    expect((await browser.get('/account')).status).toBe(303);
    const done = await browser.submit('/signin/second-factor', { code: await app.code() });
    expect(done.headers.get('Location')).toBe('/account');
  });

  it('sets a forgotten password anew with the second factor only', async () => {
    const { person, app } = await withProvedAddress();
    const browser = new Person(person.email);
    await browser.submit('/reset', { email: person.email });
    const asked = await browser.submit('/signin/email/code', { code: await lastCode(person.email) });
    expect(asked.headers.get('Location')).toBe('/signin/second-factor?flow=reset');
    const form = { new_password: 'seven lamps over the harbour' };
    const early = await browser.submit('/reset/password', form);
    expect(early.headers.get('Location')).toBe('/signin/second-factor?flow=reset');
    const proved = await browser.submit('/signin/second-factor', { flow: 'reset', code: await app.code() });
    expect(proved.headers.get('Location')).toBe('/reset/password');
    expect((await browser.submit('/reset/password', form)).status).toBe(200);
    // Which is not a way around it the next time.
    const response = await new Person(person.email).signIn({ password: form.new_password });
    expect(response.headers.get('Location')).toBe('/signin/second-factor');
  });
});

describe('the person hears by mail', () => {
  it('of each change, each recovery code that was used, and a door that closed', async () => {
    const { person, codes } = await personWithApp();
    const visitor = new Person(person.email);
    await visitor.signIn();
    await visitor.submit('/signin/second-factor', { code: codes[0] ?? '' });
    const thief = new Person(person.email);
    await thief.signIn();
    for (let guess = 0; guess < 5; guess += 1)
      await thief.submit(
        '/signin/second-factor',
        { code: '000000' },
        { 'User-Agent': 'Mozilla/5.0 Firefox/130.0' },
      );
    await person.submit('/account/recovery-codes', {});
    await person.submit('/account/authenticator/remove', {});
    const subjects = [
      'An authenticator app was set up for your Portcullis account',
      'A recovery code of your Portcullis account was used',
      'Wrong codes for your Portcullis account',
      'New recovery codes for your Portcullis account',
      'The authenticator app of your Portcullis account was turned off',
    ];
    await vi.waitFor(async () => {
      const mails = await mailOf(person.email);
      expect(mails.map(({ subject }) => subject)).toEqual(expect.arrayContaining(subjects));
      // None of them holds anything that could be used.
      for (const { text } of mails) for (const code of codes) expect(text).not.toContain(code);
      const warning = mails.find(({ subject }) => subject === subjects[2]);
      expect(warning?.text).toContain('Device: ');
    });
  });
});
