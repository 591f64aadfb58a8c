import { beforeEach, describe, expect, it, vi } from 'vitest';
import {
  accessToken,
  gateCookie,
  gateUnderTest,
  host,
  issuer,
  navigation,
  type Received,
  readAssertion,
  sessionId,
  userId,
} from './setup.ts';

let world: ReturnType<typeof gateUnderTest>;
beforeEach(() => {
  world = gateUnderTest();
});

const only = (received: Received[]): Received => {
  expect(received).toHaveLength(1);
  return received[0] as Received;
};
const withCookie = async (more: HeadersInit = {}) => {
  const headers = new Headers(more);
  headers.set('Cookie', [headers.get('Cookie'), await gateCookie()].filter(Boolean).join('; '));
  return headers;
};

describe('the origin learns who is calling', () => {
  it('from a signed assertion about the session', async () => {
    await world.send('/session/x', { headers: await withCookie() });
    const assertion = await readAssertion(only(world.received), `https://${host}/session`);
    if (!assertion.ok) throw new Error(assertion.code);
    const { iat = 0, exp, ...claims } = assertion.claims;
    expect(exp - iat).toBe(60);
    expect(claims).toEqual({
      iss: issuer,
      aud: `https://${host}/session`,
      sub: userId,
      sid: sessionId,
      auth_time: 1_700_000_000,
      amr: ['pwd'],
      acr: 'urn:portcullis:acr:single-factor',
      email: 'ada@example.test',
      email_verified: true,
      name: 'Ada',
    });
  });

  it('and which application, when it brought a token; the token itself stays here', async () => {
    const headers = { Authorization: `Bearer ${await accessToken({ scope: 'a b', jti: 'family.x' })}` };
    await world.send('/session/x', { headers });
    const received = only(world.received);
    expect(received.headers.has('Authorization')).toBe(false);
    const assertion = await readAssertion(received, `https://${host}/session`);
    expect(assertion).toMatchObject({
      ok: true,
      claims: { sub: userId, client_id: 'spa', scope: 'a b', name: 'Ada' },
    });
    expect(world.calls.status).toEqual([[userId, { sessionId, familyId: 'family', isUse: true }]]);
  });

  it('anew after half a minute, and anew for another application, session or route', async () => {
    vi.useFakeTimers({ toFake: ['Date'] });
    try {
      const send = async (path: string, headers: HeadersInit) => {
        await world.send(path, { headers });
        return world.received.at(-1)?.headers.get('Portcullis-Assertion');
      };
      const cookie = await withCookie();
      const first = await send('/session/x', cookie);
      expect(await send('/session/y', cookie)).toBe(first);
      const others = [
        await send('/strict/x', cookie),
        await send('/session/x', { Authorization: `Bearer ${await accessToken()}` }),
        await send('/session/x', { Authorization: `Bearer ${await accessToken({ client_id: 'b' })}` }),
        await send('/session/x', { Authorization: `Bearer ${await accessToken({ scope: 'a' })}` }),
        await send('/session/x', { Cookie: await gateCookie({ sessionId: 'other' }) }),
      ];
      expect(new Set([first, ...others]).size).toBe(6);
      vi.advanceTimersByTime(30_000);
      expect(await send('/session/x', cookie)).not.toBe(first);
    } finally {
      vi.useRealTimers();
    }
  });

  it('and cannot be told otherwise', async () => {
    const forged = {
      'Portcullis-Assertion': 'forged',
      X_Forwarded_User: 'eve',
      'Remote-User': 'eve',
      'X-Hop': '1',
    };
    const headers = await withCookie({ ...forged, Connection: 'close, X-Hop, Portcullis-Assertion' });
    await world.send('/session/x', { headers });
    const received = only(world.received);
    expect((await readAssertion(received, `https://${host}/session`)).ok).toBe(true);
    for (const name of ['X_Forwarded_User', 'Remote-User', 'X-Hop', 'Connection']) {
      expect(received.headers.has(name)).toBe(false);
    }
  });
});

describe('the origin receives the request', () => {
  it('with the very path and query that were judged', async () => {
    await world.send('/%73ession/caf%C3%A9/a%20b?x=%2F..&y=;', { headers: await withCookie() });
    expect(only(world.received).url).toBe(`https://${host}/session/caf%C3%A9/a%20b?x=%2F..&y=;`);
  });

  it('with method, body and headers, and where it came from', async () => {
    const headers = await withCookie({
      'Sec-Fetch-Site': 'same-origin',
      'Content-Type': 'application/x-thing',
      Range: 'bytes=0-9',
      Cookie: 'theme=dark; lang=en',
      'CF-Connecting-IP': '2001:db8::1',
      'X-Forwarded-For': '10.0.0.1',
    });
    await world.send('/session/x', { method: 'PUT', body: 'a body', headers });
    const received = only(world.received);
    expect(received).toMatchObject({ method: 'PUT', body: 'a body' });
    expect(Object.fromEntries(received.headers)).toMatchObject({
      'content-type': 'application/x-thing',
      range: 'bytes=0-9',
      'x-forwarded-for': '2001:db8::1',
      'x-forwarded-host': host,
      'x-forwarded-proto': 'https',
      forwarded: `for="[2001:db8::1]";host="${host}";proto=https`,
    });
  });

  it('without our cookies, with all the others', async () => {
    const headers = { Cookie: `a=1; ${await gateCookie()}; __Host-portcullis-session=s; b="2 3"` };
    await world.send('/session/x', { headers });
    expect(only(world.received).headers.get('Cookie')).toBe('a=1; b="2 3"');
  });

  it('on a public route without any identity, whoever calls', async () => {
    const response = await world.send('/public/x', {
      headers: await withCookie({ 'Portcullis-Assertion': 'forged' }),
    });
    const received = only(world.received);
    expect(await response.text()).toBe('from the origin');
    expect(response.headers.get('Cache-Control')).toBeNull();
    expect(received.headers.has('Portcullis-Assertion')).toBe(false);
    expect(received.headers.has('Cookie')).toBe(false);
  });

  it('on a public route with credentials of its own, but never with a token of ours', async () => {
    const send = async (Authorization: string) => {
      await world.send('/public/x', { headers: { Authorization } });
      return world.received.at(-1)?.headers.get('Authorization');
    };
    expect(await send('Basic YWRhOnB3')).toBe('Basic YWRhOnB3');
    expect(await send('Bearer their-own')).toBe('Bearer their-own');
    expect(await send(`Bearer ${await accessToken()}`)).toBeNull();
    expect(await send(`bearer  ${await accessToken({ exp: 1 })}`)).toBeNull();
    expect(await send('Bearer pc_at_x')).toBeNull();
  });

  it('as a stream: its first bytes arrive before its last are sent', async () => {
    const { readable, writable } = new TransformStream<Uint8Array, Uint8Array>();
    const writer = writable.getWriter();
    world.world.respond = () => new Response(readable);
    const response = await world.send('/session/x', { headers: await withCookie() });
    const reader = response.body?.getReader();
    void writer.write(new TextEncoder().encode('first'));
    expect(new TextDecoder().decode((await reader?.read())?.value)).toBe('first');
    await writer.close();
    expect((await reader?.read())?.done).toBe(true);
  });
});

describe('the answer of the origin', () => {
  it('comes back as it is: status, headers, cookies, a redirect not followed', async () => {
    const headers = new Headers({
      Location: 'https://elsewhere.test/',
      'X-Thing': '1',
      'Cache-Control': 'no-store',
    });
    headers.append('Set-Cookie', 'a=1; Path=/');
    headers.append('Set-Cookie', 'b=2; HttpOnly');
    const redirect = vi.fn();
    world.world.respond = (request) => {
      redirect(request.redirect);
      return new Response('moved', { status: 302, statusText: 'Found', headers });
    };
    const response = await world.send('/session/x', { headers: await withCookie() });
    expect(redirect).toHaveBeenCalledWith('manual');
    expect([response.status, await response.text()]).toEqual([302, 'moved']);
    expect(response.headers.get('Location')).toBe('https://elsewhere.test/');
    expect(response.headers.get('X-Thing')).toBe('1');
    expect(response.headers.get('Cache-Control')).toBe('no-store');
    expect(response.headers.getSetCookie()).toEqual(['a=1; Path=/', 'b=2; HttpOnly']);
  });

  it('has no body where there is none', async () => {
    world.world.respond = () => new Response(null, { status: 304, headers: { ETag: '"x"' } });
    const response = await world.send('/session/x', { headers: await withCookie() });
    expect([response.status, response.body, response.headers.get('ETag')]).toEqual([304, null, '"x"']);
  });

  it('sets no cookie of ours', async () => {
    const headers = new Headers();
    for (const cookie of [
      '__Host-portcullis-gate=x; Secure; Path=/',
      'a=1',
      '=portcullis-gate=x',
      'Portcullis-session=',
    ]) {
      headers.append('Set-Cookie', cookie);
    }
    world.world.respond = () => new Response('', { headers });
    const response = await world.send('/public/x');
    expect(response.headers.getSetCookie()).toEqual(['a=1']);
  });

  it.each([
    ['"cookies"', null],
    ['"cache", "cookies"', '"cache"'],
    ['"storage"', '"storage"'],
  ])('clears no cookie of ours: of Clear-Site-Data %s there is %s', async (header, expected) => {
    world.world.respond = () => new Response('', { headers: { 'Clear-Site-Data': header } });
    expect((await world.send('/public/x')).headers.get('Clear-Site-Data')).toBe(expected);
    const identified = await world.send('/session/x', { headers: await withCookie() });
    expect(identified.headers.get('Clear-Site-Data')).toBe(expected);
  });

  it('is private when identity shaped it', async () => {
    const headers = {
      'Cache-Control': 'public, max-age=60',
      'CDN-Cache-Control': 'max-age=600',
      Vary: 'Accept',
    };
    world.world.respond = () => new Response('', { headers });
    const response = await world.send('/session/x', { headers: await withCookie() });
    expect(response.headers.get('Cache-Control')).toBe('private, max-age=60');
    expect(response.headers.get('CDN-Cache-Control')).toBeNull();
    expect(response.headers.get('Vary')).toBe('Accept, Cookie, Authorization');
  });

  it('is not asked of a shared cache when identity may shape it', async () => {
    const outside = 'https://outside.example.com';
    const asked: unknown[] = [];
    const { send, world: answers } = gateUnderTest({
      routes: (origin) => [
        { host, path: '/theirs/*', origin: { url: outside, through: origin }, allow: 'session' },
        { host, path: '/open/*', origin: { url: outside, through: origin }, allow: 'public' },
      ],
    });
    answers.respond = ({ cf }) => {
      asked.push(cf);
      return new Response();
    };
    await send('/theirs/report.pdf', { headers: await withCookie() });
    await send('/open/style.css', { headers: await withCookie() });
    expect(asked).toEqual([{ cacheTtl: -1, cacheLevel: 'bypass' }, undefined]);
  });

  it('is handed on as it is where nobody was asked who is calling', async () => {
    let given: Response | undefined;
    const headers = { 'Cache-Control': 'public, max-age=60', 'Set-Cookie': 'a=1' };
    world.world.respond = () => {
      given = new Response('as it is', { headers });
      return given;
    };
    expect(await world.send('/public/x')).toBe(given);
  });

  it('may be a WebSocket', async () => {
    world.world.respond = () => {
      const { 0: client, 1: server } = new WebSocketPair();
      server.accept();
      server.addEventListener('message', ({ data }) => server.send(`echo ${data}`));
      const headers = { 'Sec-WebSocket-Protocol': 'chat', 'Set-Cookie': 'portcullis-gate=x' };
      return new Response(null, { status: 101, webSocket: client, headers });
    };
    const headers = await withCookie({
      Upgrade: 'websocket',
      Connection: 'Upgrade',
      Origin: `https://${host}`,
    });
    const response = await world.send('/session/x', { headers });
    expect(response.status).toBe(101);
    expect(response.headers.get('Sec-WebSocket-Protocol')).toBe('chat');
    expect(response.headers.getSetCookie()).toEqual([]);
    expect(only(world.received).headers.get('Upgrade')).toBe('websocket');
    const heard = new Promise((resolve) => {
      response.webSocket?.addEventListener('message', ({ data }) => resolve(data));
    });
    response.webSocket?.accept();
    response.webSocket?.send('hello');
    expect(await heard).toBe('echo hello');
  });
});

describe('an origin that fails', () => {
  it('is 502 with a reference, in the caller’s language', async () => {
    const reported = vi.spyOn(console, 'error').mockImplementation(() => undefined);
    world.world.respond = () => Promise.reject(new Error('connection refused'));
    const program = await world.send('/public/x');
    expect(program.status).toBe(502);
    const { error, request_id } = await program.json<{ error: string; request_id: string }>();
    expect(error).toBe('bad_gateway');
    expect(reported.mock.calls.flat().join()).toContain(request_id);
    const person = await world.send('/public/x', { headers: navigation });
    expect([person.status, person.headers.get('Content-Type')]).toEqual([502, 'text/html; charset=utf-8']);
  });

  // That the request to the origin ends is seen from outside: test/blackbox/gate-streaming.test.ts.
  it('is 504 when it does not begin to answer within the time of its route', async () => {
    vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] });
    try {
      world.world.respond = () => new Promise(() => undefined);
      let status = 0;
      const answered = world.send('/public/x').then((response) => {
        status = response.status;
      });
      while (world.received.length === 0) await scheduler.wait(1);
      await vi.advanceTimersByTimeAsync(29_999);
      expect(status).toBe(0);
      await vi.advanceTimersByTimeAsync(1);
      await answered;
      expect(status).toBe(504);
      expect(vi.getTimerCount()).toBe(0);
    } finally {
      vi.useRealTimers();
    }
  });
});
