import '../../../src/worker.ts';
import { decodeJwt } from 'jose';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { configure } from '../../../src/config/configured.ts';
import { answered, ask, codeVerifier, leadsTo } from '../../issuer/authorization.ts';
import config, { callback } from '../../issuer/config.ts';
import { basic } from '../../issuer/granted.ts';
import { AppPerson } from '../../workerd/app-person.ts';
import {
  AuthenticatorApp,
  codesOn,
  elsewhere,
  hidden,
  isSignedIn,
  later,
  personWithApp,
  prove,
} from '../../workerd/authenticator.ts';
import { Person, post } from '../../workerd/person.ts';
import { objectOf, sqlOf } from '../../workerd/stored.ts';
import { television } from '../../workerd/television.ts';

configure((environment) => ({
  ...config(environment),
  secondFactor: { clients: ['basic', 'app', 'device'], groups: ['staff'] },
}));

const mfa = 'urn:portcullis:acr:mfa';

beforeEach(() => later(0));
afterEach(() => {
  vi.useRealTimers();
});

/** What the claims of a code's ID token say of the sign-in. */
async function signInOf(response: Response, clientId: string) {
  const redeemed = await post(
    '/oauth/token',
    {
      grant_type: 'authorization_code',
      ...(clientId === 'spa' && { client_id: clientId }),
      redirect_uri: callback,
      code: answered(response).code ?? '',
      code_verifier: codeVerifier,
    },
    clientId === 'spa' ? {} : basic(clientId),
  );
  const { acr, amr } = decodeJwt(((await redeemed.json()) as { id_token: string }).id_token);
  return { acr, amr };
}

/** The cookie of a session that was opened before there was a second factor. */
async function weakSession(person: Person): Promise<string | undefined> {
  await sqlOf(person, 'UPDATE session SET amr = ?', '["pwd"]');
  return person.cookies.get('portcullis-session');
}

const flowOf = (response: Response): string => leadsTo(response).searchParams.get('flow') ?? '';
const pathOf = (response: Response): string => leadsTo(response).pathname;

async function signedUp(): Promise<Person> {
  const person = new Person();
  await person.signUp();
  return person;
}

/** Sets an app up in the middle of a sign-in, which waits at `response`. */
async function enrolAt(person: Person, response: Response) {
  expect(pathOf(response)).toBe('/signin/enrol');
  const flow = flowOf(response);
  const page = await (await person.get(leadsTo(response).pathname + leadsTo(response).search)).text();
  const app = new AuthenticatorApp(page);
  const setup = hidden(page, 'setup');
  const form = { setup, ...(flow && { flow }) };
  const shown = await person.submit('/signin/enrol', { ...form, code: await app.code() });
  return { app, form, shown, flow };
}

describe('a request for a second factor (acr_values)', () => {
  it('asks whoever has one, and says so in the ID token', async () => {
    const { person, app } = await personWithApp();
    const browser = elsewhere(person);
    const begun = await ask(browser, 'spa', { acr_values: mfa });
    const asked = await browser.signIn({ flow: flowOf(begun) });
    expect(pathOf(asked)).toBe('/signin/second-factor');
    const done = await prove(browser, await app.code(), { flow: flowOf(begun) });
    expect(await signInOf(done, 'spa')).toEqual({ acr: mfa, amr: ['pwd', 'otp', 'mfa'] });
  });

  it('names a recovery code for what it is', async () => {
    const { person, codes } = await personWithApp();
    const browser = elsewhere(person);
    const begun = await ask(browser, 'spa', { acr_values: mfa });
    await browser.signIn({ flow: flowOf(begun) });
    const done = await prove(browser, codes[0] ?? '', { flow: flowOf(begun) });
    expect(await signInOf(done, 'spa')).toEqual({ acr: mfa, amr: ['pwd', 'recovery', 'mfa'] });
  });

  it('asks again in a session that was opened without', async () => {
    const person = await signedUp();
    expect(pathOf(await ask(person, 'spa', { acr_values: mfa }))).toBe('/signin');
  });

  it('that is voluntary lets people in who have none', async () => {
    const person = await signedUp();
    const begun = await ask(person, 'spa', { acr_values: mfa });
    const done = await person.signIn({ flow: flowOf(begun) });
    expect(await signInOf(done, 'spa')).toMatchObject({ amr: ['pwd'] });
  });

  it('that is essential lets them set one up', async () => {
    const person = await signedUp();
    const claims = JSON.stringify({ id_token: { acr: { essential: true, value: mfa } } });
    const begun = await ask(person, 'spa', { claims });
    const { shown, flow } = await enrolAt(person, await person.signIn({ flow: flowOf(begun) }));
    expect(codesOn(await shown.text())).toHaveLength(10);
    const done = await person.submit('/signin/enrol', { flow, kept: 'yes' });
    expect(await signInOf(done, 'spa')).toEqual({ acr: mfa, amr: ['pwd', 'otp', 'mfa'] });
  });

  it('is in the discovery document', async () => {
    const metadata = await (await new Person().get('/.well-known/openid-configuration')).json();
    expect(metadata).toMatchObject({ acr_values_supported: expect.arrayContaining([mfa]) });
  });
});

describe('a client whose people need one', () => {
  it('gets nobody without, whatever it asks for', async () => {
    const person = await signedUp();
    const begun = await ask(person, 'basic', { acr_values: 'urn:portcullis:acr:single-factor' });
    expect(pathOf(begun)).toBe('/signin');
    const { shown, flow } = await enrolAt(person, await person.signIn({ flow: flowOf(begun) }));
    expect(shown.status).toBe(200);
    const done = await person.submit('/signin/enrol', { flow, kept: 'yes' });
    expect(await signInOf(done, 'basic')).toMatchObject({ acr: mfa });
    // Other clients go by what is there already.
    expect(answered(await ask(person, 'spa')).code).toMatch(/^pc_ac_/);
  });

  it('is not waited for where nothing may be shown', async () => {
    const person = await signedUp();
    expect(answered(await ask(person, 'basic', { prompt: 'none' })).error).toBe('interaction_required');
  });

  it('gets nobody through a device without', async () => {
    const person = await signedUp();
    const codes = await television.codes();
    const form = { user_code: codes.user_code };
    const asked = await person.submit('/device', form);
    expect(leadsTo(asked).search).toBe(`?flow=strong-device-${codes.user_code.replace('-', '')}`);
    const { flow } = await enrolAt(person, await person.signIn({ flow: flowOf(asked) }));
    const back = await person.submit('/signin/enrol', { flow, kept: 'yes' });
    expect(back.headers.get('Location')).toBe(`/device?user_code=${codes.user_code}`);
    const page = await (await person.submit('/device', form)).text();
    const fields = Object.fromEntries(
      ['user_code', 'authorization', 'account'].map((name) => [name, hidden(page, name)]),
    );
    // Nor by the form of the page, from a session without.
    const weak = elsewhere(person);
    weak.cookies.set('portcullis-session', (await weakSession(person)) ?? '');
    const refused = await weak.submit('/device', { ...fields, decision: 'allow' });
    expect(leadsTo(refused).search).toContain('flow=strong-device');
    await sqlOf(person, 'UPDATE session SET amr = ?', '["pwd","otp","mfa"]');
    expect((await person.submit('/device', { ...fields, decision: 'allow' })).status).toBe(200);
    expect((await television.poll(codes)).status).toBe(200);
  });

  it('gets nobody through the session API either', async () => {
    const person = new AppPerson();
    await person.signUp();
    const response = await person.login({ client_id: 'app' });
    expect([response.status, await response.json()]).toMatchObject([
      401,
      { error: 'mfa_required', cause: 'enrolment_needed' },
    ]);
    expect((await person.refresh({ client_id: 'app' })).status).toBe(401);
  });
});

describe('a group whose members need one', () => {
  it('sets one up with the next sign-in; nobody else is asked', async () => {
    const person = await signedUp();
    const object = await objectOf(person.email);
    await object.setProfile({ groups: ['staff', 'people'], claims: {} });
    const response = await person.signIn();
    const { app } = await enrolAt(person, response);
    await person.submit('/signin/enrol', { kept: 'yes' });
    later(60);
    const browser = elsewhere(person);
    expect(pathOf(await browser.signIn())).toBe('/signin/second-factor');
    expect((await prove(browser, await app.code())).headers.get('Location')).toBe('/account');

    const other = await signedUp();
    await (await objectOf(other.email)).setProfile({ groups: ['people'], claims: {} });
    expect(pathOf(await other.signIn())).toBe('/account');
  });

  it('keeps its members from turning their only one off', async () => {
    const { person } = await personWithApp();
    const object = await objectOf(person.email);
    await person.submit('/account/authenticator/remove', {});
    expect((await object.secondFactors()).enrolled).toEqual([]);

    const member = await signedUp();
    await (await objectOf(member.email)).setProfile({ groups: ['staff'], claims: {} });
    await enrolAt(member, await member.signIn());
    await member.submit('/signin/enrol', { kept: 'yes' });
    const response = await member.submit('/account/authenticator/remove', {});
    expect(response.status).toBe(409);
    expect(await response.text()).toContain('Your authenticator app stays on');
    expect((await (await objectOf(member.email)).secondFactors()).enrolled).toContain('totp');
  });
});

describe('setting one up in the middle of a sign-in', () => {
  const member = async () => {
    const person = await signedUp();
    await (await objectOf(person.email)).setProfile({ groups: ['staff'], claims: {} });
    return elsewhere(person);
  };

  it('opens no session before the app has shown that it works', async () => {
    const person = await member();
    const response = await person.signIn();
    expect(await isSignedIn(person)).toBe(false);
    const page = await (await person.get('/signin/enrol')).text();
    const form = { setup: hidden(page, 'setup') };
    const wrong = await person.submit('/signin/enrol', { ...form, code: '000000' });
    expect(wrong.status).toBe(401);
    // The same secret again: the app has it by now.
    const again = await wrong.text();
    const app = new AuthenticatorApp(page);
    expect(await new AuthenticatorApp(again).code()).toBe(await app.code());
    // Nor by leaving the step out.
    const skipped = await person.submit('/signin/enrol', { kept: 'yes' });
    expect(pathOf(skipped)).toBe('/signin/enrol');
    expect(await isSignedIn(person)).toBe(false);
    expect(pathOf(response)).toBe('/signin/enrol');
  });

  it('is refused to whoever knows the password, once there is a second factor', async () => {
    const owner = await member();
    const thief = elsewhere(owner);
    const begun = await thief.signIn();
    const page = await (await thief.get('/signin/enrol')).text();
    await enrolAt(owner, await owner.signIn());
    await owner.submit('/signin/enrol', { kept: 'yes' });

    const app = new AuthenticatorApp(page);
    const form = { setup: hidden(page, 'setup'), code: await app.code() };
    const response = await thief.submit('/signin/enrol', form);
    expect(pathOf(response)).toBe('/signin/second-factor');
    expect(pathOf(await thief.submit('/signin/enrol', { kept: 'yes' }))).toBe('/signin/second-factor');
    expect(pathOf(await thief.get('/signin/enrol'))).toBe('/signin/second-factor');
    expect((await prove(thief, await app.code())).status).toBe(401);
    expect(await isSignedIn(thief)).toBe(false);
    expect(pathOf(begun)).toBe('/signin/enrol');
  });

  it('lets one of two in that do it at once', async () => {
    const one = await member();
    const two = elsewhere(one);
    const pages = [];
    for (const person of [one, two]) {
      await person.signIn();
      pages.push({ person, page: await (await person.get('/signin/enrol')).text() });
    }
    const answers = await Promise.all(
      pages.map(async ({ person, page }) => {
        const form = { setup: hidden(page, 'setup'), code: await new AuthenticatorApp(page).code() };
        return (await person.submit('/signin/enrol', form)).status;
      }),
    );
    expect(answers.toSorted()).toEqual([200, 303]);
  });

  it('shows codes that work, however often its form is sent', async () => {
    const person = await member();
    const { form, app, shown } = await enrolAt(person, await person.signIn());
    const first = codesOn(await shown.text());
    const twice = await person.submit('/signin/enrol', { ...form, code: await app.code() });
    const last = codesOn(await twice.text());
    expect(last).toHaveLength(10);
    await person.submit('/signin/enrol', { kept: 'yes' });
    expect(await isSignedIn(person)).toBe(true);
    for (const [code, status] of [
      [first[0], 401],
      [last[0], 303],
    ] as const) {
      const browser = elsewhere(person);
      await browser.signIn();
      expect((await prove(browser, code ?? '')).status).toBe(status);
    }
  });

  it('takes a form of nobody else', async () => {
    const [person, other] = [await member(), await member()];
    await other.signIn();
    const page = await (await other.get('/signin/enrol')).text();
    await person.signIn();
    const app = new AuthenticatorApp(page);
    const form = { setup: hidden(page, 'setup'), code: await app.code() };
    const response = await person.submit('/signin/enrol', form);
    expect(response.status).toBe(401);
    expect(await response.text()).toContain('That took too long.');
  });
});
