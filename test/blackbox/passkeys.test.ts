import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { root } from '../../src/cli/wrangler.ts';
import {
  Authenticator,
  type AuthenticatorOptions,
  type Changes,
  encode,
  FLAG,
} from '../passkeys/authenticator.ts';
import { startIssuer } from '../runtime/issuer.ts';
import type { Answer } from './http.ts';
import { locationOf } from './http.ts';
import { Person } from './person.ts';
import { logFault, type Stand, setUp } from './stand.ts';

// The real Worker over HTTP, and an authenticator that does whatever an attacker would have it do. `expectConduct` has
// judged every answer as well: whatever is sent, none is a 500.

let stand: Stand;
let { ask, post, url }: Pick<Stand, 'ask' | 'post' | 'url'> = {} as Stand;
beforeAll(async () => {
  stand = await setUp();
  ({ ask, post, url } = stand);
});
afterAll(() => stand?.runtime.stop());

const unescaped = (text: string): string =>
  text.replaceAll('&quot;', '"').replaceAll('&#39;', "'").replaceAll('&lt;', '<').replaceAll('&amp;', '&');
const fieldOf = (text: string, attribute: string): string =>
  unescaped(new RegExp(`<input[^>]*${attribute}[^>]*value="([^"]*)"`).exec(text)?.[1] ?? '');
/** What the page asks navigator.credentials for. */
const optionsOf = ({ text }: Answer): string => fieldOf(text, 'data-options');

const page = (path: string, by: Person): Promise<Answer> =>
  ask(path, { headers: { Accept: 'text/html' } }, by);
const alert = ({ text }: Answer): string =>
  unescaped(/<p class="alert" id="form-error"[^>]*>([^<]*)/.exec(text)?.[1] ?? '');

/** Somebody whose account has a passkey and nothing else. */
async function newcomer(options: AuthenticatorOptions = {}) {
  const person = new Person(url);
  const device = await Authenticator.make(url, options);
  const form = await post('/signup/passkey', { name: 'Ada', email: person.email }, {}, person);
  const credential = await device.create(optionsOf(form));
  const fields = { sign_up: fieldOf(form.text, 'name="sign_up"'), credential };
  const answer = await post('/signup/passkey', fields, {}, person);
  return { person, device, fields, answer };
}

const signInAs = async (device: Authenticator, person: Person, changes: Changes = {}): Promise<Answer> => {
  const credential = await device.get(optionsOf(await page('/signin', person)), changes);
  return post('/signin/passkey', { credential }, {}, person);
};

/** The events of a type in the account's trail are seen in the mail that they cause. */
const refusedWith = (answer: Answer, words: string): void => {
  expect(answer.status).toBe(401);
  expect(alert(answer)).toContain(words);
  expect(answer.headers.getSetCookie().filter((cookie) => cookie.startsWith('portcullis-session'))).toEqual(
    [],
  );
};

describe('signing up with a passkey', () => {
  test('makes an account without a password, which a passkey signs in to', async () => {
    const { person, device, answer } = await newcomer();
    expect(answer.status).toBe(303);
    expect(person.isSignedIn).toBe(true);
    const back = person.elsewhere();
    const signedIn = await signInAs(device, back);
    expect(signedIn.status).toBe(303);
    expect((await page('/account', back)).text).toContain('Ada');
    // No password opens it, the empty one least of all.
    for (const password of ['', 'purple otters sing at noon'])
      expect((await post('/signin', { email: person.email, password })).status).toBe(401);
  });

  test('of an email that has an account is refused before a passkey is made', async () => {
    const person = new Person(url, stand.person);
    const answer = await post('/signup/passkey', { name: 'Eve', email: person.email }, {}, person);
    expect(answer.status).toBe(409);
    expect(optionsOf(answer)).toBe('');
  });

  test('sent a second time makes nothing, takes nothing away and signs nobody in', async () => {
    const { person, device, fields } = await newcomer();
    const copy = person.copy();
    copy.browser.cookies.delete('portcullis-session');
    const again = await post('/signup/passkey', fields, {}, copy);
    expect(again.status).toBe(409);
    expect(copy.isSignedIn).toBe(false);
    expect((await page('/account', person)).text).toContain('Ada');
    expect((await signInAs(device, person.elsewhere())).status).toBe(303);
  });

  test('sent several times at once makes one account, and leaves it there', async () => {
    const person = new Person(url);
    const form = await post('/signup/passkey', { name: 'Ada', email: person.email }, {}, person);
    const device = await Authenticator.make(url);
    const credential = await device.create(optionsOf(form));
    const fields = { sign_up: fieldOf(form.text, 'name="sign_up"'), credential };
    const copies = Array.from({ length: 4 }, () => person.copy());
    const answers = await Promise.all(copies.map((copy) => post('/signup/passkey', fields, {}, copy)));
    expect(answers.map(({ status }) => status).sort()).toEqual([303, 409, 409, 409]);
    expect((await signInAs(device, person.elsewhere())).status).toBe(303);
  });

  test.each<[string, (fields: Record<string, string>) => Record<string, string>]>([
    ['nothing', () => ({})],
    ['no passkey', ({ sign_up = '' }) => ({ sign_up })],
    [
      'a form that nobody sealed',
      ({ credential = '' }) => ({ credential, sign_up: 'eyJhbGciOiJkaXIifQ..a.b.c' }),
    ],
    ['the passkey of another form', ({ credential = '' }) => ({ credential, sign_up: 'other' })],
  ])('with %s is refused', async (_, change) => {
    const person = new Person(url);
    const form = await post('/signup/passkey', { name: 'Ada', email: person.email }, {}, person);
    const other = await post('/signup/passkey', { name: 'Ada', email: `x${person.email}` }, {}, person);
    const device = await Authenticator.make(url);
    const credential = await device.create(optionsOf(form));
    const changed = change({ sign_up: fieldOf(form.text, 'name="sign_up"'), credential });
    if (changed.sign_up === 'other') changed.sign_up = fieldOf(other.text, 'name="sign_up"');
    expect((await post('/signup/passkey', changed, {}, person)).status).toBe(400);
    expect(person.isSignedIn).toBe(false);
  });
});

const hostile: [name: string, changes: Changes, words: string][] = [
  ['made for another origin', { origin: 'https://evil.example' }, 'cannot be used here'],
  ['made for another relying party', { rpId: 'evil.example' }, 'cannot be used here'],
  ['made to register', { type: 'webauthn.create' }, 'cannot be used here'],
  ['made in a frame', { crossOrigin: true }, 'cannot be used here'],
  [
    'made without anybody there',
    { flags: FLAG.verified | FLAG.eligible | FLAG.backedUp },
    'cannot be used here',
  ],
  ['made without verification', { flags: FLAG.present | FLAG.eligible | FLAG.backedUp }, 'did not check'],
  ['of a challenge that nobody gave', { challenge: encode(new Uint8Array(36)) }, 'took too long'],
  ['of a challenge that is none', { challenge: '' }, 'took too long'],
  ['with a signature of another', { signature: new Uint8Array(70).fill(3) }, 'cannot be used here'],
  ['with data that is cut off', { authenticatorData: new Uint8Array(36) }, 'cannot be used here'],
  ['with client data that is no JSON', { clientDataJSON: new Uint8Array(40).fill(0xff) }, 'took too long'],
  ['of a user whom nobody knows', { userHandle: encode(new Uint8Array(16).fill(9)) }, 'not known here'],
  ['without a user', { userHandle: null }, 'cannot be used here'],
  ['of a user that is none', { userHandle: '../../etc/passwd' }, 'cannot be used here'],
  ['of a credential whom nobody knows', { credentialId: encode(new Uint8Array(32)) }, 'not known here'],
  ['that could be copied and now cannot', { flags: FLAG.present | FLAG.verified }, 'not known here'],
];

describe('a use of a passkey', () => {
  test.each(hostile)('%s is refused', async (_, changes, words) => {
    const { person, device } = await newcomer();
    refusedWith(await signInAs(device, person.elsewhere(), changes), words);
    // And the honest one goes on working.
    expect((await signInAs(device, person.elsewhere())).status).toBe(303);
  });

  test('sent a second time is refused, from its own browser too', async () => {
    const { person, device } = await newcomer();
    const back = person.elsewhere();
    const credential = await device.get(optionsOf(await page('/signin', back)));
    expect((await post('/signin/passkey', { credential }, {}, back)).status).toBe(303);
    const copy = back.copy();
    copy.browser.cookies.delete('portcullis-session');
    refusedWith(await post('/signin/passkey', { credential }, {}, copy), 'used before');
  });

  test('sent many times at once signs in once', async () => {
    const { person, device } = await newcomer();
    const back = person.elsewhere();
    const credential = await device.get(optionsOf(await page('/signin', back)));
    const copies = Array.from({ length: 8 }, () => back.copy());
    const answers = await Promise.all(
      copies.map((copy) => post('/signin/passkey', { credential }, {}, copy)),
    );
    expect(answers.map(({ status }) => status).sort()).toEqual([303, 401, 401, 401, 401, 401, 401, 401]);
  });

  test('of a challenge that another browser got is refused', async () => {
    const { person, device } = await newcomer();
    const [mine, theirs] = [person.elsewhere(), person.elsewhere()];
    const options = optionsOf(await page('/signin', theirs));
    await page('/signin', mine);
    refusedWith(
      await post('/signin/passkey', { credential: await device.get(options) }, {}, mine),
      'took too long',
    );
    const nobody = person.elsewhere();
    refusedWith(
      await post('/signin/passkey', { credential: await device.get(options) }, {}, nobody),
      'took too long',
    );
  });

  test('of a challenge that was given to make a passkey is refused', async () => {
    const { person, device } = await newcomer();
    const { challenge } = JSON.parse(optionsOf(await page('/account/passkeys', person))) as {
      challenge: string;
    };
    refusedWith(await signInAs(device, person, { challenge }), 'took too long');
  });

  test('of several tabs is taken from each', async () => {
    const { person, device } = await newcomer();
    const back = person.elsewhere();
    const tabs = [await page('/signin', back), await page('/signin', back)];
    for (const tab of tabs) {
      const credential = await device.get(optionsOf(tab));
      expect((await post('/signin/passkey', { credential }, {}, back)).status).toBe(303);
    }
  });

  test('of somebody else, in the name of another, is refused', async () => {
    const [one, two] = [await newcomer(), await newcomer()];
    const userHandle = two.device.userHandle ?? '';
    refusedWith(await signInAs(one.device, new Person(url), { userHandle }), 'not known here');
    // With the name of the other's passkey as well, the signature is by the wrong key.
    const { credentialId } = two.device;
    refusedWith(
      await signInAs(one.device, new Person(url), { userHandle, credentialId }),
      'cannot be used here',
    );
  });

  test('with a counter that did not go up is refused, told to its owner, and harms nobody who counts on', async () => {
    const { person, device } = await newcomer({ synced: false, signCount: 7 });
    expect((await signInAs(device, person.elsewhere())).status).toBe(303);
    refusedWith(await signInAs(device, person.elsewhere(), { signCount: 8 }), 'a copy of it');
    refusedWith(await signInAs(device, person.elsewhere(), { signCount: 2 }), 'a copy of it');
    refusedWith(await signInAs(device, person.elsewhere(), { signCount: 0 }), 'a copy of it');
    expect((await signInAs(device, person.elsewhere())).status).toBe(303);
    await expect
      .poll(async () => (await ask('/dev/mailbox')).text.includes('a passkey of yours was refused'), {
        timeout: 20_000,
      })
      .toBe(true);
  });

  test('signs in through the lock that guesses at the password have closed', async () => {
    const person = new Person(url);
    await person.signUp();
    const device = await Authenticator.make(url);
    const credential = await device.create(optionsOf(await page('/account/passkeys', person)));
    await post('/account/passkeys', { credential }, {}, person);
    const guess = { email: person.email, password: 'a guess among many others' };
    const guesses = await Promise.all(Array.from({ length: 12 }, () => post('/signin', guess)));
    expect(guesses.filter(({ status }) => status === 429)).toHaveLength(2);
    expect((await signInAs(device, new Person(url))).status).toBe(303);
  });

  test.each(['ES256', 'EdDSA', 'RS256'] as const)('of %s signs in', async (algorithm) => {
    const { person, device } = await newcomer({ algorithm });
    expect((await signInAs(device, person.elsewhere())).status).toBe(303);
  });

  test('of random bytes is refused', async () => {
    const { person, device } = await newcomer();
    const back = person.elsewhere();
    const whole = await device.get(optionsOf(await page('/signin', back)));
    const values = [
      '',
      '{',
      'null',
      '[]',
      '"x"',
      '{}',
      '{"id":1}',
      whole.slice(0, -20),
      whole.replaceAll('"', ''),
      'x'.repeat(16_001),
      '\0',
      '💥',
    ];
    for (const credential of values)
      expect((await post('/signin/passkey', { credential }, {}, back)).status).toBe(401);
    const parsed = JSON.parse(whole) as { response: Record<string, string> };
    for (const name of ['clientDataJSON', 'authenticatorData', 'signature']) {
      for (const length of [1, 7, 36, 38, 120, 4000]) {
        const bytes = encode(crypto.getRandomValues(new Uint8Array(length)));
        const credential = JSON.stringify({ ...parsed, response: { ...parsed.response, [name]: bytes } });
        expect((await post('/signin/passkey', { credential }, {}, back)).status).toBe(401);
      }
    }
    expect((await post('/signin/passkey', { credential: whole }, {}, back)).status).toBe(303);
  });
});

describe('the passkeys of an account', () => {
  test('are told apart, renamed and removed without JavaScript, and never the last way in', async () => {
    const { person, device } = await newcomer();
    const other = await Authenticator.make(url, { synced: false, signCount: 1 });
    const credential = await other.create(optionsOf(await page('/account/passkeys', person)));
    expect((await post('/account/passkeys', { credential }, {}, person)).status).toBe(303);
    const name = '"><script>alert(1)</script>';
    const rename = { credential_id: other.credentialId, name };
    expect((await post('/account/passkeys/rename', rename, {}, person)).status).toBe(303);
    const list = await page('/account/passkeys', person);
    expect(list.text).toContain('&lt;script&gt;alert');
    expect(list.text).toContain('Only on the device');
    expect(list.text).toContain('Synced');
    for (const bad of ['', ' \u200b ', 'x'.repeat(61)])
      expect((await post('/account/passkeys/rename', { ...rename, name: bad }, {}, person)).status).toBe(400);

    const remove = (credential_id: string) => post('/account/passkeys/remove', { credential_id }, {}, person);
    expect((await remove(device.credentialId)).status).toBe(303);
    refusedWith(await signInAs(device, new Person(url)), 'not known here');
    expect((await signInAs(other, new Person(url))).status).toBe(303);
  });

  test('take each answer once, and no passkey twice', async () => {
    const { person, device } = await newcomer();
    const other = await Authenticator.make(url);
    const credential = await other.create(optionsOf(await page('/account/passkeys', person)));
    expect((await post('/account/passkeys', { credential }, {}, person)).status).toBe(303);
    expect(alert(await post('/account/passkeys', { credential }, {}, person))).toContain('used before');
    const again = await device.create(optionsOf(await page('/account/passkeys', person)));
    expect(alert(await post('/account/passkeys', { credential: again }, {}, person))).toContain('already');
  });

  test('are offered to the authenticator, so that it makes no second one', async () => {
    const { person, device } = await newcomer();
    const options = JSON.parse(optionsOf(await page('/account/passkeys', person))) as {
      excludeCredentials: { id: string }[];
    };
    expect(options.excludeCredentials.map(({ id }) => id)).toEqual([device.credentialId]);
  });

  test.each<[string, Changes, string]>([
    ['another origin', { origin: 'https://evil.example' }, 'cannot be used here'],
    ['another relying party', { rpId: 'evil.example' }, 'cannot be used here'],
    ['a use', { type: 'webauthn.get' }, 'cannot be used here'],
    ['no verification', { flags: FLAG.present | FLAG.credential }, 'did not check'],
    ['a challenge of somebody’s own', { challenge: encode(new Uint8Array(36)) }, 'took too long'],
    [
      'an algorithm that nobody asked for',
      {
        coseKey: new Map([
          [1, 2],
          [3, -35],
        ]),
      },
      'of a kind',
    ],
    ['CBOR that is cut off', { attestationObject: Uint8Array.of(0xa3, 0x63, 0x66) }, 'cannot be used here'],
    ['CBOR without end', { attestationObject: new Uint8Array(9000).fill(0x81) }, 'cannot be used here'],
  ])('are not joined by one made for %s', async (_, changes, words) => {
    const { person } = await newcomer();
    const other = await Authenticator.make(url);
    const credential = await other.create(optionsOf(await page('/account/passkeys', person)), changes);
    const answer = await post('/account/passkeys', { credential }, {}, person);
    expect(answer.status).toBe(400);
    expect(alert(answer)).toContain(words);
  });

  test('are not joined by one that was made in the name of somebody else', async () => {
    const [one, two] = [await newcomer(), await newcomer()];
    const other = await Authenticator.make(url);
    const credential = await other.create(optionsOf(await page('/account/passkeys', two.person)));
    // The same browser, the same moment: only whose it is differs.
    one.person.browser.cookies.set(
      'portcullis-passkey',
      two.person.browser.cookies.get('portcullis-passkey') ?? '',
    );
    expect(alert(await post('/account/passkeys', { credential }, {}, one.person))).toContain('took too long');
  });

  test('are twenty at most', async () => {
    const { person } = await newcomer();
    for (let made = 1; made < 20; made += 1) {
      const credential = await (await Authenticator.make(url)).create(
        optionsOf(await page('/account/passkeys', person)),
      );
      expect((await post('/account/passkeys', { credential }, {}, person)).status).toBe(303);
    }
    const credential = await (await Authenticator.make(url)).create(
      optionsOf(await page('/account/passkeys', person)),
    );
    expect(alert(await post('/account/passkeys', { credential }, {}, person))).toContain('20 passkeys');
  });

  test('are nobody’s to see or to change who is not signed in', async () => {
    const stranger = new Person(url);
    expect(locationOf(await page('/account/passkeys', stranger))).toBe(`${url}/signin?flow=to-passkeys`);
    for (const path of ['/account/passkeys', '/account/passkeys/rename', '/account/passkeys/remove'])
      expect(locationOf(await post(path, { credential_id: 'x', name: 'x' }, {}, stranger))).toBe(
        `${url}/signin?flow=to-passkeys`,
      );
  });

  test('of one person are not changed by another', async () => {
    const [one, two] = [await newcomer(), await newcomer()];
    const { credentialId: credential_id } = one.device;
    await post('/account/passkeys/remove', { credential_id }, {}, two.person);
    await post('/account/passkeys/rename', { credential_id, name: 'Mine now' }, {}, two.person);
    expect((await page('/account/passkeys', one.person)).text).not.toContain('Mine now');
    expect((await signInAs(one.device, new Person(url))).status).toBe(303);
  });
});

describe('a passkey as the second factor', () => {
  const mfa = 'acr_values=urn:portcullis:acr:mfa';

  /** Somebody with a password and a passkey, who has typed the password on the way to an app that asks for two factors. */
  async function halfway() {
    const person = new Person(url);
    await person.signUp();
    const device = await Authenticator.make(url, { synced: false, signCount: 3 });
    const credential = await device.create(optionsOf(await page('/account/passkeys', person)));
    await post('/account/passkeys', { credential }, {}, person);
    const back = person.elsewhere();
    const codeChallenge = 'E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM';
    const request = `/oauth/authorize?client_id=demo&response_type=code&scope=openid&code_challenge_method=S256&code_challenge=${codeChallenge}&redirect_uri=${url}/demo/&${mfa}`;
    const flow = new URL(locationOf(await page(request, back))).searchParams.get('flow') ?? '';
    const half = await post('/signin', { flow, email: person.email, password: person.password }, {}, back);
    expect(locationOf(half)).toBe(`${url}/signin/second-factor?flow=${flow}`);
    expect(back.isSignedIn).toBe(false);
    return { person, device, back, flow };
  }

  const prove = async (device: Authenticator, by: Person, flow: string, changes: Changes = {}) => {
    const options = optionsOf(await page(`/signin/second-factor?flow=${flow}`, by));
    return post(
      '/signin/second-factor/passkey',
      { flow, credential: await device.get(options, changes) },
      {},
      by,
    );
  };

  test('finishes the sign-in, without verification and without naming its user', async () => {
    const { device, back, flow } = await halfway();
    const answer = await prove(device, back, flow, { flags: FLAG.present, userHandle: null });
    expect(locationOf(answer)).toContain('/demo/?code=');
    expect(back.isSignedIn).toBe(true);
  });

  test.each<[string, Changes, string]>([
    ['of another origin', { origin: 'https://evil.example' }, 'cannot be used here'],
    ['of nobody', { flags: FLAG.verified }, 'cannot be used here'],
    ['of a counter that went back', { signCount: 1 }, 'a copy of it'],
    ['of another user', { userHandle: encode(new Uint8Array(16)) }, 'not known here'],
    ['of an unknown credential', { credentialId: encode(new Uint8Array(32)) }, 'not known here'],
  ])('%s is refused', async (_, changes, words) => {
    const { device, back, flow } = await halfway();
    refusedWith(await prove(device, back, flow, changes), words);
    expect(back.isSignedIn).toBe(false);
  });

  test('of somebody else is refused', async () => {
    const { back, flow } = await halfway();
    const { device } = await newcomer();
    refusedWith(await prove(device, back, flow), 'not known here');
    expect(back.isSignedIn).toBe(false);
  });

  test('is no first factor: without a proved one nobody is asked for it', async () => {
    const { device, person, flow } = await halfway();
    const stranger = person.elsewhere();
    expect(locationOf(await page(`/signin/second-factor?flow=${flow}`, stranger))).toContain('/signin?flow=');
    const credential = await device.get(optionsOf(await page('/signin', stranger)));
    const answer = await post('/signin/second-factor/passkey', { flow, credential }, {}, stranger);
    expect(answer.status).toBe(303);
    expect(stranger.isSignedIn).toBe(false);
  });

  test('takes no answer that was given to sign in with alone', async () => {
    const { device, back, flow } = await halfway();
    const { challenge } = JSON.parse(optionsOf(await page('/signin', back))) as { challenge: string };
    refusedWith(await prove(device, back, flow, { challenge }), 'took too long');
  });
});

describe('where passwords are off', () => {
  let only: Stand;
  const start = async () => {
    const runtime = await startIssuer({ worker: join(root, 'test/workers/passkeys-only.ts') });
    return runtime;
  };
  let runtime: Awaited<ReturnType<typeof start>>;
  beforeAll(async () => {
    runtime = await start();
    only = { ...stand, runtime, url: runtime.url };
  });
  afterAll(() => runtime?.stop());
  const headers = () => ({
    Origin: only.url,
    Accept: 'text/html',
    'Content-Type': 'application/x-www-form-urlencoded',
  });
  const submit = (path: string, form: Record<string, string>, by: Person) =>
    ask(
      only.url + path,
      { method: 'POST', headers: headers(), body: new URLSearchParams(form).toString() },
      by,
    );
  const look = (path: string, by: Person) => ask(only.url + path, { headers: { Accept: 'text/html' } }, by);

  test('no page asks for one and no endpoint takes one', async () => {
    const person = new Person(only.url);
    for (const path of ['/signin', '/signup'])
      expect((await look(path, person)).text).not.toContain('type="password"');
    const { email, password } = person;
    expect((await submit('/signin', { email, password }, person)).status).toBe(400);
    expect((await submit('/signup', { name: 'Ada', email, password }, person)).status).toBe(400);
    const login = await ask(`${only.url}/session/login`, {
      method: 'POST',
      headers: { Origin: only.url, 'Content-Type': 'application/json' },
      body: JSON.stringify({ client_id: 'app', email, password }),
    });
    expect([login.status, (JSON.parse(login.text) as { error: string }).error]).toEqual([
      400,
      'invalid_request',
    ]);
    expect(person.isSignedIn).toBe(false);
  });

  test('people sign up, sign in and keep their last passkey', async () => {
    const person = new Person(only.url);
    const device = await Authenticator.make(only.url);
    const form = await submit('/signup/passkey', { name: 'Ada', email: person.email }, person);
    const fields = {
      sign_up: fieldOf(form.text, 'name="sign_up"'),
      credential: await device.create(optionsOf(form)),
    };
    expect((await submit('/signup/passkey', fields, person)).status).toBe(303);
    const account = await look('/account', person);
    expect(account.text).not.toContain('/account/password');
    expect((await look('/account/password', person)).status).toBe(404);
    const removal = await submit('/account/passkeys/remove', { credential_id: device.credentialId }, person);
    expect(removal.status).toBe(400);
    expect(alert(removal)).toContain('only way to sign in');
    const back = person.elsewhere();
    const credential = await device.get(optionsOf(await look('/signin', back)));
    expect((await submit('/signin/passkey', { credential }, back)).status).toBe(303);
  });
});

test('the log holds nothing that it should not', () => {
  expect(logFault(stand)).toBeUndefined();
});
