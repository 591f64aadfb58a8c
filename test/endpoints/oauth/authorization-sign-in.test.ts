import '../../issuer/inside.ts';
import { decodeJwt } from 'jose';
import { afterEach, describe, expect, it, vi } from 'vitest';
import { answered, ask, type Changes, codeVerifier, fieldsOf, leadsTo } from '../../issuer/authorization.ts';
import { callback } from '../../issuer/config.ts';
import { signedUp } from '../../issuer/granted.ts';
import { issuer, Person, post } from '../../workerd/person.ts';

afterEach(() => {
  vi.useRealTimers();
});

const later = (seconds: number) => vi.useFakeTimers({ toFake: ['Date'], now: Date.now() + seconds * 1000 });

const single = 'urn:portcullis:acr:single-factor';

/** The ID token that a code of `spa` is worth. */
async function idTokenOf(code: string): Promise<string> {
  const response = await post('/oauth/token', {
    grant_type: 'authorization_code',
    client_id: 'spa',
    redirect_uri: callback,
    code,
    code_verifier: codeVerifier,
  });
  return ((await response.json()) as { id_token: string }).id_token;
}

const idTokenFor = async (person: Person, changes = {}) =>
  idTokenOf(answered(await ask(person, 'spa', changes)).code ?? '');

/** Signs in on the page that an answer led to. */
const signInAt = (person: Person, response: Response) =>
  person.signIn({ flow: leadsTo(response).searchParams.get('flow') ?? '' });

describe('prompt none', () => {
  it('answers somebody who is signed in without a page', async () => {
    const person = await signedUp();
    expect(answered(await ask(person, 'spa', { prompt: 'none' })).code).toMatch(/^pc_ac_/);
  });

  it('tells login_required to whoever is not, and after max_age', async () => {
    expect(answered(await ask(new Person(), 'spa', { prompt: 'none' }))).toMatchObject({
      error: 'login_required',
      state: 's',
      iss: issuer,
    });
    const person = await signedUp();
    later(62);
    expect(answered(await ask(person, 'spa', { prompt: 'none', max_age: '60' })).error).toBe(
      'login_required',
    );
  });

  it('tells account_selection_required when the hint is somebody else’s email', async () => {
    const person = await signedUp();
    const response = await ask(person, 'spa', { prompt: 'none', login_hint: 'somebody@example.com' });
    expect(answered(response).error).toBe('account_selection_required');
  });

  it('tells an app that may not see the email nothing about a hint, right or wrong', async () => {
    const person = await signedUp();
    const answer = async (changes: Changes) => answered(await ask(person, 'stranger', changes));
    const errorFor = async (hint: string) => (await answer({ prompt: 'none', login_hint: hint })).error;
    expect(await errorFor(person.email)).toBe('consent_required');
    expect(await errorFor('somebody@example.com')).toBe('consent_required');

    const asked = await ask(person, 'stranger', { scope: 'openid' });
    const flow = leadsTo(asked).searchParams.get('flow') ?? '';
    await person.submit('/consent', { flow, decision: 'allow' });
    const codeFor = async (hint: string) =>
      (await answer({ prompt: 'none', scope: 'openid', login_hint: hint })).code;
    expect(await codeFor(person.email)).toMatch(/^pc_ac_/);
    expect(await codeFor('somebody@example.com')).toMatch(/^pc_ac_/);
  });
});

describe('the age of the sign-in', () => {
  it('is told in the ID token, and renewed by prompt login', async () => {
    const person = await signedUp();
    const { auth_time: before } = decodeJwt(await idTokenFor(person));
    later(100);
    const back = await signInAt(person, await ask(person, 'spa', { prompt: 'login' }));
    const { auth_time: after } = decodeJwt(await idTokenOf(answered(back).code ?? ''));
    expect(Number(after) - Number(before)).toBeGreaterThanOrEqual(100);
  });

  it('may be 0: then a sign-in is always needed, once', async () => {
    const person = await signedUp();
    const asked = await ask(person, 'spa', { max_age: '0' });
    expect(leadsTo(asked).pathname).toBe('/signin');
    expect(answered(await signInAt(person, asked)).code).toMatch(/^pc_ac_/);
  });

  it('is held to the client’s own limit when the request names none', async () => {
    const person = await signedUp();
    const redirect_uri = `${callback}?tenant=a%20b`;
    expect(answered(await ask(person, 'remote-key', { redirect_uri })).code).toMatch(/^pc_ac_/);
    later(62);
    expect(leadsTo(await ask(person, 'remote-key', { redirect_uri })).pathname).toBe('/signin');
    const longer = await ask(person, 'remote-key', { redirect_uri, max_age: '600' });
    expect(answered(longer).code).toMatch(/^pc_ac_/);
  });
});

describe('id_token_hint', () => {
  it('lets the person go on whom it names, an old token as well', async () => {
    const person = await signedUp();
    const hint = await idTokenFor(person);
    later(3600);
    const response = await ask(person, 'spa', { prompt: 'none', id_token_hint: hint });
    expect(answered(response).code).toMatch(/^pc_ac_/);
  });

  it('is login_required with prompt none while another person is signed in', async () => {
    const hint = await idTokenFor(await signedUp());
    const other = await signedUp();
    const response = await ask(other, 'spa', { prompt: 'none', id_token_hint: hint });
    expect(answered(response)).toMatchObject({ error: 'login_required', state: 's' });
    expect(answered(response).code).toBeUndefined();
  });

  it('makes another person sign in, and refuses whoever is not the one', async () => {
    const person = await signedUp();
    const hint = await idTokenFor(person);
    const other = await signedUp();
    const wrong = await signInAt(other, await ask(other, 'spa', { id_token_hint: hint }));
    expect(answered(wrong)).toMatchObject({ error: 'login_required', iss: issuer });
    const asked = await ask(other, 'spa', { id_token_hint: hint });
    const flow = leadsTo(asked).searchParams.get('flow') ?? '';
    const right = await other.signIn({ flow, email: person.email });
    expect(answered(right).code).toMatch(/^pc_ac_/);
  });

  it.each(['an access token', 'no token', 'one that somebody changed', 'one that another client got'])(
    'is refused when it is %s',
    async (what) => {
      const person = await signedUp();
      const response = await post('/oauth/token', {
        grant_type: 'authorization_code',
        client_id: 'spa',
        redirect_uri: callback,
        code: answered(await ask(person, 'spa')).code ?? '',
        code_verifier: codeVerifier,
      });
      const tokens = (await response.json()) as { id_token: string; access_token: string };
      const [header, , signature] = tokens.id_token.split('.');
      const payload = btoa(JSON.stringify({ ...decodeJwt(tokens.id_token), sub: 'x' })).replace(/=+$/, '');
      const hints: Record<string, string> = {
        'an access token': tokens.access_token,
        'no token': 'nonsense',
        'one that somebody changed': `${header}.${payload.replaceAll('+', '-').replaceAll('/', '_')}.${signature}`,
        'one that another client got': tokens.id_token,
      };
      const clientId = what === 'one that another client got' ? 'stranger' : 'spa';
      const refused = await ask(person, clientId, { prompt: 'none', id_token_hint: hints[what] });
      expect(answered(refused).error).toBe('invalid_request');
    },
  );
});

describe('the claims parameter', () => {
  it('brings a claim into the ID token that no scope asked for', async () => {
    const person = await signedUp();
    const claims = JSON.stringify({ id_token: { email: { essential: true } } });
    expect(decodeJwt(await idTokenFor(person, { claims }))).toMatchObject({ email: person.email });
    expect(decodeJwt(await idTokenFor(person)).email).toBeUndefined();
  });

  it('names the only person who will do', async () => {
    const person = await signedUp();
    const { sub } = decodeJwt(await idTokenFor(person));
    const claims = (value: unknown) => JSON.stringify({ id_token: { sub: { value } } });
    expect(answered(await ask(person, 'spa', { prompt: 'none', claims: claims(sub) })).code).toMatch(
      /^pc_ac_/,
    );
    expect(answered(await ask(person, 'spa', { prompt: 'none', claims: claims('bob') })).error).toBe(
      'login_required',
    );
  });

  it('is refused when it contradicts id_token_hint, or is no JSON object', async () => {
    const person = await signedUp();
    const claims = JSON.stringify({ userinfo: { sub: { value: 'bob' } } });
    const hint = await idTokenFor(person);
    expect(answered(await ask(person, 'spa', { claims, id_token_hint: hint })).error).toBe('invalid_request');
    expect(answered(await ask(person, 'spa', { claims: '[]' })).error).toBe('invalid_request');
  });
});

describe('the kind of sign-in', () => {
  it('is told, and what is asked for is given where there is such a one', async () => {
    const person = await signedUp();
    expect(decodeJwt(await idTokenFor(person, { acr_values: `unknown ${single}` })).acr).toBe(single);
  });

  it('that is only preferred stands in nobody’s way', async () => {
    const person = await signedUp();
    expect(answered(await ask(person, 'spa', { acr_values: 'unknown' })).code).toMatch(/^pc_ac_/);
    const claims = JSON.stringify({ id_token: { acr: { values: ['unknown'] } } });
    expect(answered(await ask(person, 'spa', { claims })).code).toMatch(/^pc_ac_/);
  });

  it('that is essential and that there is not is unmet_authentication_requirements', async () => {
    const claims = JSON.stringify({ id_token: { acr: { essential: true, values: ['unknown'] } } });
    for (const person of [new Person(), await signedUp()]) {
      expect(answered(await ask(person, 'spa', { claims }))).toMatchObject({
        error: 'unmet_authentication_requirements',
        state: 's',
        iss: issuer,
      });
    }
  });
});

describe('choosing an account', () => {
  const choose = async (person: Person, changes: Changes = { prompt: 'select_account' }) => {
    const asked = leadsTo(await ask(person, 'spa', changes));
    const page = await person.get(asked.href);
    return { page, html: await page.text(), flow: asked.searchParams.get('flow') ?? '' };
  };

  it('shows who is signed in, and lets them go on without a password', async () => {
    const person = await signedUp();
    const { page, html } = await choose(person);
    expect(page.headers.get('Content-Security-Policy')).toContain("form-action 'self' https://client.test");
    expect(html.replace('<wbr/>', '')).toContain(person.email);
    expect(html).toContain('Single-page app');
    expect(html).not.toContain('type="password"');
    const back = await person.submit('/signin/account', fieldsOf(html));
    expect(answered(back).code).toMatch(/^pc_ac_/);
    expect([...person.cookies.keys()].filter((name) => name.startsWith('portcullis-sign-in.'))).toEqual([]);
  });

  it('lets them use another account', async () => {
    const [person, other] = [await signedUp(), await signedUp()];
    const { html, flow } = await choose(person);
    const href = /href="(\/signin\?[^"]*)"/.exec(html)?.[1]?.replaceAll('&amp;', '&') ?? '';
    expect(await (await person.get(href)).text()).toContain('type="password"');
    const back = await person.signIn({ flow, email: other.email });
    const { sub } = decodeJwt(await idTokenOf(answered(back).code ?? ''));
    expect(sub).toBe(decodeJwt(await idTokenFor(other)).sub);
  });

  it('asks as well when the app hinted at somebody else', async () => {
    const { html } = await choose(await signedUp(), { login_hint: 'somebody@example.com' });
    expect(html).toContain('Choose an account');
  });

  it('does not count as a sign-in', async () => {
    const person = await signedUp();
    const { html } = await choose(person, { prompt: 'select_account', max_age: '60' });
    later(62);
    const next = await person.submit('/signin/account', fieldsOf(html));
    expect(leadsTo(next).pathname).toBe('/signin');
    expect(await (await person.get(leadsTo(next).href)).text()).toContain('type="password"');
  });

  it('does not go on as somebody who was not shown', async () => {
    const person = await signedUp();
    const { html } = await choose(person);
    await person.signIn({ email: (await signedUp()).email });
    const next = await person.submit('/signin/account', fieldsOf(html));
    expect(leadsTo(next).pathname).toBe('/signin');
    expect(answered(next).code).toBeUndefined();
  });

  it('cannot be skipped over, nor be done from another site', async () => {
    const person = await signedUp();
    const { html } = await choose(person, { prompt: 'login' });
    expect(html).toContain('type="password"');
    const { html: shown, flow } = await choose(person);
    const headers = { Origin: 'https://evil.example', 'Sec-Fetch-Site': 'cross-site' };
    expect((await person.submit('/signin/account', fieldsOf(shown), headers)).status).toBe(403);
    const signInFlow = leadsTo(await ask(person, 'spa', { prompt: 'login' })).searchParams.get('flow') ?? '';
    const skipped = await person.submit('/signin/account', { ...fieldsOf(shown), flow: signInFlow });
    expect(leadsTo(skipped).pathname).toBe('/signin');
    expect((await new Person().submit('/signin/account', { flow })).status).toBe(400);
    expect((await person.submit('/signin/account', {}, { 'Content-Type': 'text/plain' })).status).toBe(400);
  });

  it('shows the sign-in form to whoever is signed in nowhere', async () => {
    const { html } = await choose(new Person());
    expect(html).toContain('type="password"');
  });
});

it('ignores what is of no use to it', async () => {
  const person = await signedUp();
  const changes = { ui_locales: 'fr-CA fr', claims_locales: 'fr', display: 'popup', unknown: 'x' };
  expect(answered(await ask(person, 'spa', changes)).code).toMatch(/^pc_ac_/);
});

it('takes a request without openid for plain OAuth', async () => {
  const person = await signedUp();
  const { code = '' } = answered(
    await ask(person, 'spa', { scope: 'api:read', resource: 'https://api.test/' }),
  );
  expect(await idTokenOf(code)).toBeUndefined();
});

it('grants several resources, and no others', async () => {
  const [api, notes] = ['https://api.test/', 'https://notes.test/'];
  const person = await signedUp();
  const redeemFor = async (resource: string[]) =>
    post('/oauth/token', {
      grant_type: 'authorization_code',
      client_id: 'spa',
      redirect_uri: callback,
      code: answered(await ask(person, 'spa', { resource })).code ?? '',
      code_verifier: codeVerifier,
      resource: notes,
    });
  expect((await redeemFor([api, notes])).status).toBe(200);
  expect((await redeemFor([api])).status).toBe(400);
});

it('keeps the longest request that it takes through sign-in and consent', async () => {
  const person = await signedUp();
  const asked = (length: number) => ask(person, 'stranger', { prompt: 'login', state: 'x'.repeat(length) });
  let [taken, refused] = [0, 4000];
  while (refused - taken > 1) {
    const length = Math.floor((taken + refused) / 2);
    if (leadsTo(await asked(length)).pathname === '/signin') taken = length;
    else refused = length;
  }
  expect(taken).toBeGreaterThan(1500);
  const fits = (response: Response) => {
    const cookies = response.headers.getSetCookie().map((line) => line.split(';', 1)[0] ?? '');
    const kept = cookies.find((pair) => pair.startsWith('portcullis-sign-in.') && pair.length > 1000) ?? '';
    expect(kept.length).toBeGreaterThan(3000);
    // With what an https issuer puts before its name.
    expect(`__Host-${kept}`.length).toBeLessThan(4096);
  };
  const first = await asked(taken);
  fits(first);
  const signedIn = await signInAt(person, first);
  fits(signedIn);
  const flow = leadsTo(signedIn).searchParams.get('flow') ?? '';
  const back = await person.submit('/consent', { flow, decision: 'allow' });
  expect(answered(back).state).toHaveLength(taken);
}, 30_000);
