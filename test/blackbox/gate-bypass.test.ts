import { randomBytes } from 'node:crypto';
import { connect } from 'node:net';
import { setTimeout as wait } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { assertionVerifier } from '../../src/verify/index.ts';
import { byAddress } from './bypass-addresses.ts';
import { byHeader, filled, request, withBody } from './bypass-attempts.ts';
import {
  type Belongings,
  type Exchange,
  type Ground,
  hosts,
  issuer,
  originSecret,
  startGround,
} from './bypass-ground.ts';
import { disguises, forgedCookies, impersonations } from './bypass-impersonations.ts';
import { byMessage } from './bypass-messages.ts';
import type { Seen } from './raw-origin.ts';

// Ways past the gate, as bytes on a socket, before two origins that keep every byte that reaches them. The gate is in
// production: the issuer is https, cookies have the prefix `__Host-`.

let ground: Ground;
const belongings = new Map<string, Belongings>();
beforeAll(async () => {
  ground = await startGround();
  for (const host of hosts) belongings.set(host, await ground.belongings(host));
  await ground.seen();
});
afterAll(() => ground?.stop());

const attempts = [...byHeader, ...byAddress, ...byMessage];
/** How often each status was the last one; 0: none. */
const answered = new Map<number, number>();
afterAll(() => {
  const counts = [...answered].sort(([one], [other]) => one - other);
  const total = counts.reduce((sum, [, count]) => sum + count, 0);
  console.info(
    `${total} requests in ${attempts.length + impersonations.length + disguises.length} ways past the gate, by status:`,
    Object.fromEntries(counts.map(([status, count]) => [status || 'none', count])),
  );
});

const newMarker = () => `mark${randomBytes(8).toString('hex')}`;

async function sent(bytes: string): Promise<{ exchanged: Exchange; seen: Seen; status: number }> {
  const exchanged = await ground.send(bytes);
  const status = exchanged.statuses.at(-1) ?? 0;
  answered.set(status, (answered.get(status) ?? 0) + 1);
  return { exchanged, seen: await ground.seen(), status };
}

/** Where an answer sends a browser is the gate's own host or the issuer's. */
function expectToStay({ text }: Exchange, host: string): void {
  for (const [, location = ''] of text.matchAll(/^location: *(\S*)\r$/gim)) {
    const { hostname } = new URL(location, `https://${host}`);
    expect([host, new URL(issuer).hostname]).toContain(hostname.replace(/\.$/, ''));
  }
}

describe('the tables', () => {
  test('are as long as they should be, and no attempt is there twice', () => {
    expect(attempts.length).toBeGreaterThan(250);
    expect(impersonations.length).toBeGreaterThan(80);
    expect(new Set(attempts.map(({ bytes }) => bytes)).size).toBe(attempts.length);
    for (const { name, bytes } of attempts) expect(bytes, name).toContain('{marker}');
  });
});

describe.each(hosts)('before the origin of %s', (host) => {
  let has: Belongings;
  beforeAll(() => {
    has = belongings.get(host) as Belongings;
  });
  const cookie = () => `Cookie: __Host-portcullis-gate=${has.gateCookie}`;

  /** Who the origin was told is calling. It was told once. */
  async function callers({ heads }: Seen, place: string): Promise<string> {
    const assertions = [...heads.matchAll(/portcullis-assertion:? (\S+)/gi)].map(([, value]) => value);
    expect(assertions).toHaveLength(1);
    const verify = assertionVerifier({
      issuer,
      audience: `https://${host}/${place}`,
      keys: async () => has.keys,
    });
    const verified = await verify(assertions[0]);
    return verified.ok ? verified.claims.sub : verified.code;
  }

  describe('what may pass does, so that the origin would be seen to see the rest', () => {
    test.each([
      ['a public path', () => request('GET', '/public/{marker}?x={marker}', 'X-Marker: {marker}'), 3],
      ['a public body', () => withBody('POST', '/public/', '{marker}'), 1],
      [
        'a public body in chunks',
        () => `${request('POST', '/public/', 'Transfer-Encoding: chunked')}14\r\n{marker}\r\n0\r\n\r\n`,
        1,
      ],
      ['somebody with a cookie', () => request('GET', '/strict/{marker}', cookie()), 1],
      ['somebody with a cookie, elsewhere', () => request('GET', '/{marker}', cookie()), 1],
      [
        'somebody with a token',
        () => request('GET', '/strict/{marker}', `Authorization: Bearer ${has.tokens.strict}`),
        1,
      ],
      [
        'somebody with a token that is not asked about',
        () => request('GET', '/token/{marker}', `Authorization: Bearer ${has.tokens.token}`),
        1,
      ],
      [
        'somebody with a scope',
        () => request('GET', '/scope/{marker}', `Authorization: Bearer ${has.tokens.scope}`),
        1,
      ],
      [
        'a client that is named',
        () => request('GET', '/machines/{marker}', `Authorization: Bearer ${has.machine.machines}`),
        1,
      ],
      [
        'a preflight where they pass',
        () =>
          request(
            'OPTIONS',
            '/preflight/{marker}',
            'Origin: https://a.example',
            'Access-Control-Request-Method: PUT',
          ),
        1,
      ],
      ['reading where it is public', () => request('HEAD', '/reading/{marker}'), 1],
      [
        'a move behind one route',
        () => request('MOVE', '/public/x', 'Destination: https://{host}/public/{marker}'),
        1,
      ],
      [
        'a change from a page of the host',
        () => withBody('POST', '/strict/', '{marker}', cookie(), 'Origin: https://{host}'),
        1,
      ],
      [
        'a WebSocket of a page of the host',
        () =>
          request(
            'GET',
            '/strict/{marker}',
            cookie(),
            'Origin: https://{host}',
            'Connection: Upgrade',
            'Upgrade: websocket',
            'Sec-WebSocket-Version: 13',
            'Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==',
          ),
        1,
      ],
    ] as const)('%s', async (_, bytes, times) => {
      const marker = newMarker();
      const { seen } = await sent(filled({ bytes: bytes() }, host, marker));
      expect(seen.requests).toBe(1);
      expect(seen.bytes.split(marker)).toHaveLength(times + 1);
      // What proves it to the gate proves nothing to the origin.
      for (const secret of [has.gateCookie, has.tokens.strict, has.tokens.token]) {
        expect(seen.bytes).not.toContain(secret);
      }
    });
  });

  describe('somebody without credentials gets nothing through', () => {
    test.each(attempts)('$name ($source): $why', async (attempt) => {
      const marker = newMarker();
      const { exchanged, seen, status } = await sent(filled(attempt, host, marker));
      expect(attempt.inBody ? seen.heads : seen.bytes).not.toContain(marker);
      expect(seen.requests).toBeLessThanOrEqual(attempt.passes ?? 0);
      expect([attempt.status].flat(), exchanged.text.slice(0, 500)).toContain(status);
      expectToStay(exchanged, host);
    });
  });

  describe('somebody with credentials gets nothing through that they are not for', () => {
    test.each(impersonations)('$name ($source): $why', async ({ bytes, status: expected }) => {
      const marker = newMarker();
      const { exchanged, seen, status } = await sent(filled({ bytes: bytes(has) }, host, marker));
      expect(seen.bytes).not.toContain(marker);
      expect(seen.requests).toBe(0);
      expect([expected].flat(), exchanged.text.slice(0, 500)).toContain(status);
      expectToStay(exchanged, host);
    });

    test('a token that has expired', async () => {
      await wait(Math.max(0, has.expiresAt - Date.now()));
      const marker = newMarker();
      const bytes = request('GET', '/within/{marker}', `Authorization: Bearer ${has.tokens.within}`);
      const { seen, status } = await sent(filled({ bytes }, host, marker));
      expect(status).toBe(401);
      expect(seen.bytes).toBe('');
    });
  });

  describe('whatever somebody says they are, the origin is told who they are', () => {
    test.each(disguises)('%s: %s', async (_, ...lines) => {
      const marker = newMarker();
      for (const method of ['GET', 'POST']) {
        const all = [cookie(), 'Origin: https://{host}', ...lines];
        const bytes =
          method === 'GET'
            ? request(method, '/strict/x', ...all)
            : withBody(method, '/strict/x', 'x', ...all);
        const { exchanged, seen } = await sent(filled({ bytes }, host, marker));
        expect(exchanged.statuses).toEqual([200]);
        expect(seen.requests).toBe(1);
        expect(seen.bytes).not.toContain(marker);
        expect(await callers(seen, 'strict')).toBe(has.sub);
        expect(seen.bytes).toMatch(new RegExp(`^x-forwarded-host: ${host}\\r$`, 'im'));
        expect(seen.bytes).toMatch(/^x-forwarded-proto: https\r$/im);
        expect(seen.bytes).toMatch(new RegExp(`^forwarded: host="${host}";proto=https\\r$`, 'im'));
      }
    });

    test('in a trailer (GHSA-v67p-phpq-fc8x)', async () => {
      const marker = newMarker();
      const head = request(
        'POST',
        '/strict/x',
        cookie(),
        'Origin: https://{host}',
        'Transfer-Encoding: chunked',
        'Trailer: Portcullis-Assertion, X-Forwarded-User',
      );
      const bytes = `${head}1\r\nx\r\n0\r\nPortcullis-Assertion: {marker}\r\nX-Forwarded-User: {marker}\r\n\r\n`;
      const { exchanged, seen } = await sent(filled({ bytes }, host, marker));
      expect(seen.bytes).not.toContain(marker);
      expect([exchanged.statuses, seen.requests]).toEqual([[200], 1]);
    });

    test.each(forgedCookies)('in the cookie %s', async (forged) => {
      const marker = newMarker();
      const bytes = request('GET', '/strict/x', `${cookie()}; theme=dark; ${forged}`);
      const { exchanged, seen } = await sent(filled({ bytes }, host, marker));
      expect(exchanged.statuses).toEqual([200]);
      expect(await callers(seen, 'strict')).toBe(has.sub);
      expect(seen.bytes).not.toContain(marker);
      expect(seen.bytes).toContain('theme=dark');
    });

    test('in the headers that a route names itself, and in its secret', async () => {
      const marker = newMarker();
      const lines = ['X-Person', 'x_person', 'X.Person', 'X-Origin-Secret', 'X_Origin_Secret'];
      const bytes = request('GET', '/named/x', cookie(), ...lines.map((name) => `${name}: {marker}`));
      const { seen } = await sent(filled({ bytes }, host, marker));
      expect(seen.bytes).not.toContain(marker);
      expect(seen.bytes.split(has.email)).toHaveLength(2);
      expect(seen.bytes.split(originSecret)).toHaveLength(2);
      expect(await callers(seen, 'named')).toBe(has.sub);
    });
  });
});

test('a body that breaks off does not look whole to the origin', async () => {
  const marker = newMarker();
  const head = request('POST', '/public/{marker}', 'Transfer-Encoding: chunked');
  const { hostname, port } = new URL(ground.runtime.url);
  const socket = connect(Number(port), hostname);
  socket.write(filled({ bytes: `${head}3\r\nabc\r\n` }, hosts[0], marker));
  let bytes = '';
  const more = async () => {
    bytes += (await ground.seen()).bytes;
    return bytes;
  };
  await expect.poll(more).toContain('3\r\nabc\r\n');
  socket.destroy();
  await wait(300);
  expect(await more()).not.toMatch(/^0+\r$/m);
});

test('nothing came late', async () => {
  expect((await ground.seen()).bytes).toBe('');
});

test('nothing that was sent made the gate fail', () => {
  expect(ground.runtime.logs()).not.toMatch(/gate\.failed|worker\.not_composed|issuer\.failed|pc_[a-z]{2}_/);
});
