import { describe, expect, it } from 'vitest';
import { codeFor, exchange, Person, personWithTokens, refresh, type Tokens } from '../workerd/person.ts';

const causeOf = async (response: Promise<Response>) =>
  ((await (await response).json()) as { cause?: string }).cause;
const idsIn = (page: string) =>
  [...page.matchAll(/name="session_id" value="([\w-]+)"/g)].map((match) => match[1] ?? '');

/** The same person in a second browser. */
async function secondBrowser(person: Person): Promise<{ browser: Person; tokens: Tokens }> {
  const browser = new Person();
  await browser.submit('/signin', { email: person.email, password: 'correct horse battery' });
  const { code, codeVerifier } = await codeFor(browser);
  return { browser, tokens: (await (await exchange(code, codeVerifier)).json()) as Tokens };
}

describe('the account page', () => {
  it('lists the devices that are signed in, this one marked, with the apps they opened', async () => {
    const { person } = await personWithTokens();
    const { browser } = await secondBrowser(person);
    const page = await (await browser.get('/account', { 'User-Agent': 'x' })).text();
    expect(page.match(/This device/g)).toHaveLength(1);
    expect(idsIn(page)).toHaveLength(2);
    expect(page).toContain('The demo');
  });

  it('sends a stranger to sign in', async () => {
    const response = await new Person().get('/account');
    expect(response.headers.get('Location')).toBe('/signin');
  });

  it('ends one other session with its families, and leaves this one alone', async () => {
    const { person, tokens } = await personWithTokens();
    const other = await secondBrowser(person);
    const ownId = idsIn(await (await other.browser.get('/account')).text());
    const stays = idsIn(await (await person.get('/account')).text());
    expect(new Set(ownId)).toEqual(new Set(stays));
    const { sid } = JSON.parse(
      atob((other.tokens.id_token.split('.')[1] ?? '').replaceAll('-', '+').replaceAll('_', '/')),
    ) as { sid: string };
    await person.submit('/account/sign-out', { session_id: sid });
    expect(await causeOf(refresh(other.tokens.refresh_token))).toBe('sign_out');
    expect((await other.browser.get('/account')).status).toBe(303);
    expect((await refresh(tokens.refresh_token)).status).toBe(200);
  });

  it('ends all others, or everything', async () => {
    const { person, tokens } = await personWithTokens();
    const other = await secondBrowser(person);
    await person.submit('/account/sign-out-others', {});
    expect(await causeOf(refresh(other.tokens.refresh_token))).toBe('sign_out_everywhere');
    const next = (await (await refresh(tokens.refresh_token)).json()) as Tokens;
    await person.submit('/account/sign-out-everywhere', {});
    expect(await causeOf(refresh(next.refresh_token))).toBe('sign_out_everywhere');
    expect((await person.get('/account')).status).toBe(303);
  });

  it('tells why a session ended', async () => {
    const { person } = await personWithTokens();
    await person.submit('/account/sign-out-everywhere', {});
    await person.signIn();
    expect(await (await person.get('/account')).text()).toContain(
      'You signed out of several devices at once.',
    );
  });

  it('cannot end somebody else’s session', async () => {
    const victim = await personWithTokens();
    const { person } = await personWithTokens();
    const [sessionId = ''] = idsIn(await (await victim.person.get('/account')).text());
    await person.submit('/account/sign-out', { session_id: sessionId });
    expect((await refresh(victim.tokens.refresh_token)).status).toBe(200);
  });

  it('says what is missing in a broken form', async () => {
    const { person } = await personWithTokens();
    expect((await person.submit('/account/sign-out', {})).status).toBe(400);
  });
});
