import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { endpoints } from './endpoints.ts';
import { locationOf, send, sendBytes } from './http.ts';
import { demo, Person, type Tokens } from './person.ts';
import { logFault, type Stand, setUp } from './stand.ts';

// What comes from browsers: forms, cookies, and the session API of first-party apps. `expectConduct` has judged every
// answer as well.

let stand: Stand;
let { url, ask, post }: Pick<Stand, 'url' | 'ask' | 'post'> = {} as Stand;
let person: Person;
let tokens: Tokens;
beforeAll(async () => {
  stand = await setUp();
  ({ url, ask, post, person, tokens } = stand);
});
afterAll(() => stand?.runtime.stop());

describe('pages', () => {
  const own = endpoints.filter(({ caller }) => caller === 'form');
  test.each(own)('$path refuses a form that another site sent', async ({ path }) => {
    const headers: Record<string, string>[] = [
      {},
      { Origin: 'https://evil.example' },
      { Origin: 'null' },
      { Origin: `${url}.evil.example` },
      { Origin: url, 'Sec-Fetch-Site': 'cross-site' },
      { Origin: url, 'Sec-Fetch-Site': 'same-site' },
      { 'Sec-Fetch-Site': 'none' },
    ];
    const type = 'application/x-www-form-urlencoded';
    for (const more of headers) {
      const sent = { method: 'POST', headers: { 'Content-Type': type, ...more }, body: 'session_id=x' };
      expect((await ask(path, sent, person)).status).toBe(403);
    }
    expect((await ask('/account', {}, person)).status).toBe(200);
  });

  test('what people type comes back as text, never as markup', async () => {
    const eve = new Person(url);
    const name = '"><script>alert(1)</script><img src=x onerror=alert(1)>';
    const refused = await post('/signup', { name, email: '"><script>@example.com', password: 'short' });
    expect(refused.status).toBe(400);
    expect(refused.text).not.toMatch(/<script(?! type="module" src="\/assets\/)|<img/);
    await post('/signup', { name, email: eve.email, password: eve.password }, {}, eve);
    const account = await ask('/account', {}, eve);
    expect(account.text).toContain('&lt;script&gt;');
    expect(account.text).not.toMatch(/<script(?! type="module" src="\/assets\/)|<img/);
  });

  test.each([
    ['an address without a host', { email: 'nobody' }],
    ['an address with two @', { email: 'a@b@c.example' }],
    ['two addresses', { email: 'a,b@example.com' }],
    ['an endless address', { email: `${'x'.repeat(300)}@example.com` }],
    ['a line break in the address', { email: 'a\r\nBcc: b@example.com' }],
    ['a NUL in the address', { email: 'a\0@example.com' }],
    ['no name', { name: '' }],
    ['a name that nobody can see', { name: '\u0000\u200b\u202e' }],
    ['an endless name', { name: 'x'.repeat(101) }],
    ['no password', { password: '' }],
    ['a short password', { password: 'fourteen chars' }],
    ['an endless password', { password: 'x'.repeat(257) }],
  ])('sign-up refuses %s', async (_, changes) => {
    const typed = { name: 'Eve', email: 'eve@example.com', password: 'a long enough password', ...changes };
    expect((await post('/signup', typed)).status).toBe(400);
  });

  test.each(['/signin/email', '/reset'])('%s refuses what is no address', async (path) => {
    const typed: Record<string, string>[] = [
      {},
      { email: '' },
      { email: 'nobody' },
      { email: 'a,b@example.com' },
      { email: 'a\r\nBcc: b@example.com' },
      { email: `${'x'.repeat(300)}@example.com` },
      { email: '"><script>@example.com' },
      { email: 'ada@ex\u0430mple.com' },
    ];
    for (const form of typed) {
      const answer = await post(path, form);
      expect(answer.status).toBe(400);
      expect(answer.text).not.toMatch(/<script>/);
    }
  });

  test('a code counts for nothing in a browser that asked for none', async () => {
    for (const code of ['12345678', '', '\0', 'x'.repeat(5000), '<script>']) {
      const answer = await post('/signin/email/code', { code });
      expect(locationOf(answer)).toBe(`${url}/signin`);
      const link = await ask(`/signin/email/link?code=${encodeURIComponent(code)}`);
      expect([200, 400]).toContain(link.status);
      expect(link.text).not.toMatch(/<script>/);
    }
    expect(locationOf(await post('/reset/password', { new_password: 'a long enough password' }))).toBe(
      `${url}/reset`,
    );
  });

  test('another address is an address, and its codes are eight digits', async () => {
    const typed = ['', 'nobody', 'a,b@example.com', 'a\r\nBcc: b@example.com', '"><script>@example.com'];
    const own = new Person(url);
    await post('/signup', { name: 'Ada', email: own.email, password: own.password }, {}, own);
    for (const email of [...typed, `${'x'.repeat(300)}@example.com`, 'ada@ex\u0430mple.com']) {
      const answer = await post('/account/email', { email }, {}, own);
      expect(answer.status).toBe(400);
      expect(answer.text).not.toMatch(/<script>/);
    }
    // Before any were asked for, they lead to where that is done.
    expect(locationOf(await post('/account/email/codes', { from: '1', to: '2' }, {}, own))).toBe(
      `${url}/account/email`,
    );
    await post('/account/email', { email: `new.${own.email}` }, {}, own);
    for (const code of ['', '\0', '1234567', '123456789', 'abcdefgh', '1'.repeat(5000), '<script>']) {
      const answer = await post('/account/email/codes', { from: code, to: code }, {}, own);
      expect(answer.status).toBe(400);
      expect(answer.text).not.toMatch(/<script>/);
      const link = await ask(`/account/email/codes?from=${encodeURIComponent(code)}`, {}, own);
      expect(link.status).toBe(200);
      expect(link.text).not.toMatch(/<script>/);
    }
  });

  test('a code of a browser that asked for one is nothing but eight digits', async () => {
    const browser = new Person(url);
    await post('/signin/email', { email: browser.email }, {}, browser);
    for (const code of ['', '\0', '1234567', '123456789', 'abcdefgh', '1'.repeat(5000), '<script>']) {
      const answer = await post('/signin/email/code', { code }, {}, browser);
      expect(answer.status).toBe(400);
      expect(answer.text).not.toMatch(/<script>/);
    }
  });

  test('signing in is answered the same, whatever is wrong', async () => {
    const attempts: Record<string, string>[] = [
      { email: person.email, password: 'a wrong password' },
      { email: `nobody.${person.email}`, password: person.password },
      { email: 'no address', password: person.password },
      { email: person.email, password: '\0'.repeat(300) },
      { email: person.email, password: '' },
      { password: person.password },
      {},
    ];
    const texts = new Set<string>();
    for (const attempt of attempts) {
      const { status, text } = await post('/signin', attempt);
      expect(status).toBe(401);
      texts.add(text.replace(/ (value|autofocus)="[^"]*"/g, ''));
    }
    expect([...texts]).toHaveLength(1);
  });

  test('a sign-in for an app that began in another browser does not end in the app', async () => {
    const begun = await send(demo(url).authorization('v'.repeat(43)));
    const flow = new URL(locationOf(begun)).searchParams.get('flow') ?? '';
    const answer = await post('/signin', { email: person.email, password: person.password, flow });
    expect(answer.status).toBe(400);
    expect(answer.text).toContain('the way back is lost');
  });
});

describe('the session API', () => {
  const sessionApi = endpoints.filter(({ caller }) => caller === 'first-party');
  const json = { 'Content-Type': 'application/json' };

  test.each(sessionApi)(
    '$path is for pages of our own origins only',
    async ({ path, methods: [method = ''] }) => {
      const headers: Record<string, string>[] = [
        {},
        { Origin: 'https://evil.example' },
        { Origin: 'null' },
        { Origin: `${url}.evil.example` },
        { Origin: url, 'Sec-Fetch-Site': 'cross-site' },
        { 'Sec-Fetch-Site': 'same-site' },
      ];
      for (const more of headers) {
        for (const asked of [method, 'OPTIONS']) {
          const answer = await ask(path, { method: asked, headers: { ...json, ...more } }, person);
          expect(answer.status).toBe(403);
          expect(answer.headers.has('Access-Control-Allow-Origin')).toBe(false);
        }
      }
      const preflight = {
        method: 'OPTIONS',
        headers: { Origin: url, 'Access-Control-Request-Method': method },
      };
      expect((await ask(path, preflight)).headers.get('Access-Control-Allow-Origin')).toBe(url);
    },
  );

  test.each(sessionApi)(
    '$path refuses whoever is not signed in',
    async ({ path, methods: [method = ''] }) => {
      const body = method === 'POST' ? { body: JSON.stringify({ client_id: 'demo' }) } : {};
      const cookies = ['', `portcullis-session=${tokens.refreshToken}`, 'portcullis-refresh.x=garbage'];
      for (const Cookie of cookies) {
        const { status } = await ask(path, { method, headers: { ...json, Origin: url, Cookie }, ...body });
        // Signing out twice is harmless, and signing in takes more than a name.
        const signsIn = path === '/session/login' || path === '/session/token';
        expect(status).toBe(path === '/session/logout' ? 204 : signsIn ? 400 : 401);
      }
    },
  );

  test.each(sessionApi.filter(({ methods }) => methods.includes('POST')))(
    '$path takes JSON of the right form only, and quotes nothing of another',
    async ({ path }) => {
      const secret = person.password;
      const bodies: (string | Buffer)[] = [
        '',
        '{',
        'null',
        '[]',
        '"text"',
        '{"client_id":1}',
        '{"client_id":["demo"]}',
        '{"client_id":"demo","client_id":null}',
        `{"client_id":"demo","${secret}":1}`,
        `{"client_id":"demo","scope":{"a":"${secret}"}}`,
        '{"client_id":"demo","\\u00e9\\"":1}',
        '{"client_id":"demo","__proto__":{"a":1}}',
        `{"client_id":"demo","email":"a@example.com","password":["${secret}"]}`,
        '{"client_id":"demo","email":"a@example.com","password":20261117123456}',
        '['.repeat(5000),
        Buffer.from([0x7b, 0xff, 0x7d]),
      ];
      stand.secrets.add('20261117123456');
      for (const body of bodies) expect((await post(path, body, { headers: json })).status).toBe(400);
      for (const type of ['text/plain', 'application/x-www-form-urlencoded', 'application/jsonp', '']) {
        const sent = { headers: { 'Content-Type': type } };
        expect((await post(path, '{"client_id":"demo"}', sent, person)).status).toBe(400);
      }
      expect((await post(path, '{"client_id":"stranger"}', { headers: json }, person)).status).toBe(400);
      expect((await ask('/account', {}, person)).status).toBe(200);
    },
  );
});

describe('cookies', () => {
  const flow = 'AAAAAAAAAAA';
  const names = [
    'portcullis-session',
    'portcullis-gate',
    `portcullis-sign-in.${flow}`,
    'portcullis-email-step',
    'portcullis-proven',
    'portcullis-gate-sign-in.x',
  ];
  test.each(names)('%s with garbage in it is no cookie', async (name) => {
    const session = person.browser.cookies.get('portcullis-session') ?? '';
    const values = [
      '',
      'garbage',
      '%',
      '%00%0d%0a',
      '\u00ff\u00fe',
      `"${session}`,
      `${session}=`,
      session.slice(0, -1),
      session.replace(/.$/, (last) => (last === 'A' ? 'B' : 'A')),
      session.replace('pc_st_', 'pc_rt_'),
      tokens.refreshToken,
      tokens.accessToken,
      'eyJhbGciOiJkaXIiLCJlbmMiOiJBMjU2R0NNIn0....',
      'a'.repeat(8000),
    ];
    for (const value of values) {
      const headers = {
        Cookie: `${name}=${value}`,
        Accept: 'text/html',
        'Sec-Fetch-Mode': 'navigate',
        'Sec-Fetch-Dest': 'document',
      };
      expect(locationOf(await ask('/account', { headers }))).toBe(`${url}/signin`);
      expect((await ask(`/signin?flow=${flow}`, { headers })).status).toBe(200);
      expect(locationOf(await ask(demo(url).authorization('v'), { headers }))).toContain('/signin?flow=');
      expect(locationOf(await ask('/demo/private/', { headers }))).toContain('/oauth/authorize?');
      expect((await ask('/.portcullis/callback?code=x&state=x.y', { headers })).status).toBe(400);
    }
  });

  test('as many as a browser keeps for a host change nothing', async () => {
    const cookies = Array.from({ length: 150 }, (_, index) => `portcullis-sign-in.${index}=garbage`).join(
      '; ',
    );
    const headers = { Cookie: cookies };
    expect((await ask('/signin', { headers })).status).toBe(200);
    expect((await ask(demo(url).authorization('v'), { headers })).status).toBe(303);
  });

  test('bytes that no browser sends are refused or overlooked', async () => {
    const { host } = new URL(url);
    const values = ['a\0b', 'a\x01b', '\xff\xfe\xc3', 'a\tb', ';;;=;', `${'a'.repeat(100_000)}`];
    for (const value of values) {
      const bytes = `GET /account HTTP/1.1\r\nHost: ${host}\r\nCookie: portcullis-session=${value}\r\n\r\n`;
      const answer = await sendBytes(url, Buffer.from(bytes, 'latin1'));
      expect(answer).toMatch(/^(HTTP\/1\.1 (303|4\d\d) |$)/);
    }
  });
});

test('nothing secret and nothing unforeseen is in the log of all this', () => {
  expect(logFault(stand)).toBeUndefined();
});
