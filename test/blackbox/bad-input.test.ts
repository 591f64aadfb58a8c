import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { endpoints, paths } from './endpoints.ts';
import { locationOf, send, sendBytes } from './http.ts';
import { demo, Person, type Tokens } from './person.ts';
import { logFault, type Stand, setUp } from './stand.ts';

// Each request is bad in one way. Beside what a test says of its answers, `expectConduct` has judged them all.

let stand: Stand;
let { url, ask, post }: Pick<Stand, 'url' | 'ask' | 'post'> = {} as Stand;
let person: Person;
let tokens: Tokens;
beforeAll(async () => {
  stand = await setUp();
  ({ url, ask, post, person, tokens } = stand);
});
afterAll(() => stand.runtime.stop());

const forms = endpoints.filter(({ methods }) => methods.includes('POST'));
/** Those that read a form from anybody; the others first want to know who is there. */
const readers = forms.filter(({ path }) => !/^\/(account|oauth\/userinfo)/.test(path));

describe('every endpoint', () => {
  test('is in the list that these tests run over', () => {
    expect(endpoints.length).toBeGreaterThan(15);
    expect(readers.map(({ path }) => path)).toContain('/oauth/token');
  });

  test.each(paths)(
    '$path takes $methods and refuses every other method with 405 and Allow',
    async ({ path, methods, caller }) => {
      const allowed = methods.includes('GET') ? [...methods, 'HEAD'] : methods;
      for (const method of [
        'GET',
        'HEAD',
        'POST',
        'PUT',
        'PATCH',
        'DELETE',
        'OPTIONS',
        'PROPFIND',
        'QUERY',
      ]) {
        for (const Accept of ['text/html', '*/*']) {
          const { status, headers, text } = await ask(path, { method, headers: { Accept } });
          if (method === 'HEAD') expect(text).toBe('');
          if (allowed.includes(method)) {
            expect(status).not.toBe(405);
          } else if (method === 'OPTIONS' && caller === 'api') {
            expect(status).toBe(204);
            expect(headers.get('Access-Control-Allow-Origin')).toBe('*');
          } else {
            expect(status).toBe(405);
            expect(headers.get('Allow')?.split(', ').sort()).toEqual(allowed.toSorted());
          }
        }
      }
    },
  );

  test.each(forms)('$path refuses a body of megabytes, announced or in chunks, unread', async ({ path }) => {
    const body = `password=${'x'.repeat(4 * 1024 * 1024)}`;
    for (const chunked of [false, true]) {
      expect((await post(path, body, { chunked })).status).toBe(413);
      expect((await post(path, body, { chunked }, person)).status).toBe(413);
    }
  });

  test.each(readers)('$path refuses what is not application/x-www-form-urlencoded', async ({ path }) => {
    const body = { client_id: 'demo', email: person.email, password: person.password };
    const types = [
      'application/json',
      'multipart/form-data; boundary=x',
      'text/plain',
      'application/x-www',
      '',
    ];
    for (const type of types) {
      expect((await post(path, body, { headers: { 'Content-Type': type } })).status).toBe(400);
    }
  });

  test.each(readers)('$path refuses a form that cannot be read in one way', async ({ path }) => {
    const bodies = [
      'client_id=%',
      'client_id=%zz',
      'client_id=%ff',
      'client_id=%c0%ae',
      'client_id=%ed%a0%80',
      Buffer.from([0x61, 0x3d, 0xff]),
      Buffer.from([0x61, 0x3d, 0xc3]),
      'client_id=demo&client_id=demo',
      'client_id=demo&client_id=',
      'client%5fid=demo&client_id=demo',
      Array.from({ length: 100 }, (_, index) => `a${index}=1`).join('&'),
    ];
    for (const body of bodies) expect((await post(path, body)).status).toBe(400);
  });

  test.each(forms)('$path takes nonsense for a mistake of the caller’s', async ({ path }) => {
    const bodies = [
      '',
      '&',
      '&&&=',
      '=',
      '=x',
      'a',
      '__proto__=1&constructor=2',
      '\u{1f600}=\u{1f600}',
      '\0=\0',
    ];
    for (const body of bodies) expect([200, 303, 400, 401]).toContain((await post(path, body)).status);
  });
});

describe('pages', () => {
  const own = forms.filter(({ caller }) => caller === 'form');
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
    expect(refused.text).not.toMatch(/<script|<img/);
    await post('/signup', { name, email: eve.email, password: eve.password }, {}, eve);
    const account = await ask('/account', {}, eve);
    expect(account.text).toContain('&lt;script&gt;');
    expect(account.text).not.toMatch(/<script|<img/);
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

describe('cookies', () => {
  const flow = 'AAAAAAAAAAA';
  const names = [
    'portcullis-session',
    'portcullis-gate',
    `portcullis-sign-in.${flow}`,
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
