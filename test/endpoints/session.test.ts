import { SELF } from 'cloudflare:test';
import { decodeJwt } from 'jose';
import { afterEach, describe, expect, it, vi } from 'vitest';
import { type Answer, AppPerson, bodyOf } from '../workerd/app-person.ts';
import { issuer, Person, password } from '../workerd/person.ts';

afterEach(() => {
  vi.useRealTimers();
});

async function loggedIn(): Promise<{ person: AppPerson; login: Response }> {
  const person = new AppPerson();
  await new Person(person.email).signUp();
  return { person, login: await person.login() };
}

describe('POST /session/login', () => {
  it('puts the access token into the body and the refresh token into a cookie that no script sees', async () => {
    const { person, login } = await loggedIn();
    expect(login.status).toBe(200);
    expect(login.headers.get('Cache-Control')).toBe('no-store');
    const line = login.headers.getSetCookie().find((cookie) => cookie.startsWith('portcullis-refresh.'));
    expect(line).toMatch(/HttpOnly/);
    expect(line).toMatch(/SameSite=Strict/);
    expect(line).toMatch(/Path=\//);
    const text = await login.text();
    expect(text).not.toContain('pc_');
    const { access_token: accessToken = '' } = JSON.parse(text) as Answer;
    expect(decodeJwt(accessToken)).toMatchObject({
      client_id: 'demo',
      scope: 'openid profile email demo:read',
    });
    expect(person.refreshCookie?.[1]).toMatch(/^pc_rt_/);
    expect(person.cookies.has('portcullis-session')).toBe(true);
  });

  it('answers a wrong password and an unknown email the same', async () => {
    const { person } = await loggedIn();
    const wrong = await person.login({ password: 'not the password at all' });
    const unknown = await person.login({ email: 'nobody@example.com' });
    expect([wrong.status, unknown.status]).toEqual([401, 401]);
    expect(await unknown.text()).toBe(await wrong.text());
  });

  it('is locked after ten attempts, and says for how long', async () => {
    const { person } = await loggedIn();
    for (let count = 0; count < 10; count += 1) await person.login({ password: 'a wrong guess of mine' });
    const locked = await person.login();
    expect(locked.status).toBe(429);
    const wait = Number(locked.headers.get('Retry-After'));
    expect(wait).toBeGreaterThan(20);
    expect(wait).toBeLessThanOrEqual(30);
  }, 60_000);

  it.each([
    ['a missing member', { password: undefined }],
    ['an extra member', { admin: true }],
    ['another type', { email: ['a@example.com'] }],
    ['an unregistered scope', { scope: 'openid admin' }],
    ['no scope at all', { scope: ' ' }],
    ['an unknown client', { client_id: 'nobody' }],
    ['a client without session origins', { client_id: 'portcullis-gate' }],
  ])('refuses %s', async (_, changes) => {
    const person = new AppPerson();
    const response = await person.login(changes);
    expect(response.status).toBe(400);
    expect((await bodyOf(response)).error).toMatch(/^[a-z_]+$/);
    expect(person.cookies.size).toBe(0);
  });

  it('refuses what is no JSON, and what a form of another site could send', async () => {
    const person = new AppPerson();
    const body = JSON.stringify({ client_id: 'demo', email: 'a@example.com', password });
    expect((await person.call('POST', '/session/login', '{"client_id":')).status).toBe(400);
    expect((await person.call('POST', '/session/login', body, { 'Content-Type': 'text/plain' })).status).toBe(
      400,
    );
    expect((await person.call('POST', '/session/login', `{"x":"${'y'.repeat(100_000)}"}`)).status).toBe(413);
  });
});

describe('POST /session/refresh', () => {
  it('rotates the cookie and answers with an access token of the same session', async () => {
    const { person, login } = await loggedIn();
    const before = person.refreshCookie?.[1];
    const response = await person.refresh();
    expect(response.status).toBe(200);
    expect(person.refreshCookie?.[1]).not.toBe(before);
    const text = await response.text();
    expect(text).not.toContain('pc_');
    const sidOf = (answer: Answer) => decodeJwt(answer.access_token ?? '').sid;
    expect(sidOf(JSON.parse(text) as Answer)).toBe(sidOf(await bodyOf(login)));
  });

  it('gives many tabs at once the same cookie', async () => {
    const { person } = await loggedIn();
    const cookies = await Promise.all(
      Array.from({ length: 20 }, async () => {
        const response = await person.refresh();
        return response.headers
          .getSetCookie()
          .find((line) => line.startsWith('portcullis-refresh.'))
          ?.split(';')[0];
      }),
    );
    expect(new Set(cookies).size).toBe(1);
    expect((await person.refresh()).status).toBe(200);
  });

  it('tells a copied cookie and its owner why it ended, and clears the cookie', async () => {
    const { person } = await loggedIn();
    const thief = new AppPerson();
    for (const [name, value] of person.cookies)
      if (name.startsWith('portcullis-refresh')) thief.cookies.set(name, value);
    await person.refresh();
    vi.useFakeTimers({ toFake: ['Date'], now: Date.now() + 11_000 });
    const stolen = await thief.refresh();
    expect(stolen.status).toBe(401);
    expect(await bodyOf(stolen)).toMatchObject({ error: 'invalid_grant', cause: 'reuse' });
    expect(thief.refreshCookie).toBeUndefined();
    expect(await bodyOf(person.refresh())).toMatchObject({ error: 'invalid_grant', cause: 'reuse' });
  });

  it('without a cookie says that nobody is signed in', async () => {
    const response = await new AppPerson().refresh();
    expect(response.status).toBe(401);
    expect(await bodyOf(response)).toMatchObject({ error: 'invalid_grant', cause: 'no_session' });
  });
});

describe('signing out', () => {
  it('ends this session and its family before it answers, and does no harm twice', async () => {
    const { person } = await loggedIn();
    const kept = new Map(person.cookies);
    expect((await person.call('POST', '/session/logout', { client_id: 'demo' })).status).toBe(204);
    expect([...person.cookies.keys()]).toEqual(['portcullis-device']);
    for (const [name, value] of kept) person.cookies.set(name, value);
    expect(await bodyOf(person.refresh())).toMatchObject({ cause: 'sign_out' });
    expect((await person.call('POST', '/session/logout', { client_id: 'demo' })).status).toBe(204);
  });

  it('of the app ends what outlives its session, too', async () => {
    const person = new AppPerson();
    await new Person(person.email).signUp();
    await person.login({ scope: 'openid offline_access' });
    const kept = new Map(person.cookies);
    await person.call('POST', '/session/logout', { client_id: 'demo' });
    for (const [name, value] of kept) person.cookies.set(name, value);
    expect(await bodyOf(person.refresh())).toMatchObject({ cause: 'revoked_by_client' });
  });

  it('of all, and of all others, reaches the other browsers', async () => {
    const { person } = await loggedIn();
    const other = new AppPerson(person.email);
    await other.login();
    expect((await person.call('POST', '/session/logout-others', { client_id: 'demo' })).status).toBe(204);
    expect(await bodyOf(other.refresh())).toMatchObject({ cause: 'sign_out_everywhere' });
    await other.login();
    expect((await other.call('POST', '/session/logout-all', { client_id: 'demo' })).status).toBe(204);
    expect(await bodyOf(person.refresh())).toMatchObject({ cause: 'sign_out_everywhere' });
    expect((await other.call('POST', '/session/logout-all', { client_id: 'demo' })).status).toBe(401);
  });
});

describe('devices', () => {
  const firefox = 'Mozilla/5.0 (X11; Linux x86_64; rv:145.0) Gecko/20100101 Firefox/145.0';

  it('are listed with their names, and ended one by one', async () => {
    const { person } = await loggedIn();
    const other = new AppPerson(person.email);
    await other.login({}, { 'User-Agent': firefox });
    const list = async (who: AppPerson) =>
      (
        (await (await who.call('GET', '/session/devices')).json()) as {
          devices: { id: string; name: string; current: boolean; client_ids: string[] }[];
        }
      ).devices;
    const seen = await list(person);
    const found = seen.find((device) => device.name === 'Firefox on Linux');
    expect(found).toMatchObject({
      current: false,
      client_ids: ['demo'],
      place: '',
      created_at: expect.any(Number),
      last_used_at: expect.any(Number),
    });
    expect(seen.filter((device) => device.current)).toHaveLength(1);
    expect((await person.call('DELETE', `/session/devices/${found?.id}`)).status).toBe(204);
    expect(await bodyOf(other.refresh())).toMatchObject({ cause: 'sign_out' });
    expect((await person.call('DELETE', `/session/devices/${found?.id}`)).status).toBe(404);
    expect((await person.call('DELETE', '/session/devices/nonsense')).status).toBe(404);
    expect((await other.call('GET', '/session/devices')).status).toBe(401);
  });

  it('of another person cannot be ended', async () => {
    const victim = await loggedIn();
    const { devices } = (await (await victim.person.call('GET', '/session/devices')).json()) as {
      devices: { id: string }[];
    };
    const { person } = await loggedIn();
    expect((await person.call('DELETE', `/session/devices/${devices[0]?.id}`)).status).toBe(404);
    expect((await victim.person.refresh()).status).toBe(200);
  });
});

describe('GET /session/ends', () => {
  it('tells the browser whose session ended why, and the person everything that ended', async () => {
    const { person } = await loggedIn();
    const other = new AppPerson(person.email);
    await other.login();
    await other.refresh();
    await person.call('POST', '/session/logout-others', { client_id: 'demo' });
    const own = (await (await other.call('GET', '/session/ends')).json()) as {
      ends: Record<string, unknown>[];
    };
    expect(own.ends).toEqual([
      expect.objectContaining({
        what: 'session',
        cause: 'sign_out_everywhere',
        description: expect.any(String),
        suspicious: false,
        ended_at: expect.any(Number),
      }),
    ]);
    const all = (await (await person.call('GET', '/session/ends')).json()) as {
      ends: Record<string, unknown>[];
    };
    expect(all.ends).toContainEqual(
      expect.objectContaining({
        what: 'family',
        cause: 'sign_out_everywhere',
        client_id: 'demo',
        generation: 1,
        device: 'Unknown device',
      }),
    );
    expect((await new AppPerson().call('GET', '/session/ends')).status).toBe(401);
  });
});

describe('a call from elsewhere', () => {
  const paths = [
    ['POST', '/session/login'],
    ['POST', '/session/token'],
    ['POST', '/session/refresh'],
    ['POST', '/session/logout'],
    ['POST', '/session/logout-others'],
    ['POST', '/session/logout-all'],
    ['GET', '/session/devices'],
    ['GET', '/session/ends'],
    ['DELETE', '/session/devices/x'],
  ] as const;

  it.each([
    ['another site', { Origin: 'https://evil.example', 'Sec-Fetch-Site': 'cross-site' }],
    [
      'a sibling host that is not configured',
      { Origin: 'http://sibling.localhost:8787', 'Sec-Fetch-Site': 'same-site' },
    ],
    ['an opaque origin', { Origin: 'null', 'Sec-Fetch-Site': 'cross-site' }],
    ['a page of ours, if Fetch Metadata says otherwise', { Origin: issuer, 'Sec-Fetch-Site': 'cross-site' }],
    ['the address bar', { 'Sec-Fetch-Site': 'none' }],
    ['nobody knows where', {}],
  ])('from %s is refused and changes nothing', async (_, headers) => {
    const { person } = await loggedIn();
    const cookie = [...person.cookies].map(([name, value]) => `${name}=${value}`).join('; ');
    for (const [method, path] of paths) {
      const response = await SELF.fetch(issuer + path, {
        method,
        headers: {
          Cookie: cookie,
          'Content-Type': 'application/json',
          ...(headers as Record<string, string>),
        },
        ...(method === 'POST' && {
          body: JSON.stringify({ client_id: 'demo', email: person.email, password }),
        }),
      });
      expect(response.status, `${method} ${path}`).toBe(403);
      expect(response.headers.get('Access-Control-Allow-Origin')).toBeNull();
      expect(response.headers.getSetCookie()).toEqual([]);
    }
    const preflight = await SELF.fetch(`${issuer}/session/refresh`, {
      method: 'OPTIONS',
      headers: { ...(headers as Record<string, string>), 'Access-Control-Request-Method': 'POST' },
    });
    expect(preflight.headers.get('Access-Control-Allow-Origin')).toBeNull();
    expect((await person.refresh()).status).toBe(200);
  });

  it('from a configured origin passes the preflight, with credentials', async () => {
    const preflight = await SELF.fetch(`${issuer}/session/devices/x`, {
      method: 'OPTIONS',
      headers: { Origin: issuer, 'Sec-Fetch-Site': 'same-origin', 'Access-Control-Request-Method': 'DELETE' },
    });
    expect(preflight.status).toBe(204);
    expect(preflight.headers.get('Access-Control-Allow-Origin')).toBe(issuer);
    expect(preflight.headers.get('Access-Control-Allow-Credentials')).toBe('true');
    expect(preflight.headers.get('Access-Control-Allow-Methods')).toContain('DELETE');
  });

  it('from a configured origin may read the issuer’s clock, and when to come again', async () => {
    const headers = { Origin: issuer, 'Sec-Fetch-Site': 'same-origin' };
    const response = await SELF.fetch(`${issuer}/session/refresh`, { method: 'POST', headers });
    expect(response.headers.get('Access-Control-Expose-Headers')).toBe('Date, Retry-After');
  });
});
