import { runInDurableObject } from 'cloudflare:test';
import { env } from 'cloudflare:workers';
import { afterEach, describe, expect, it, vi } from 'vitest';
import { newUserId } from '../../src/crypto/token.ts';
import { report } from '../../src/report.ts';
import { forRequest, requestIdOf } from '../../src/request/context.ts';
import { createSightings } from '../../src/request/sighting.ts';
import { log } from '../../src/telemetry/log.ts';
import { createUsers } from '../../src/user/users.ts';

afterEach(() => vi.restoreAllMocks());

/** Every line that is written, parsed. */
function lines(): Record<string, unknown>[] {
  const written: Record<string, unknown>[] = [];
  for (const level of ['info', 'warn', 'error'] as const) {
    vi.spyOn(console, level).mockImplementation((line: string) => void written.push(JSON.parse(line)));
  }
  return written;
}

describe('a line of the log', () => {
  it('is JSON, with its level, what happened, and the request that it happened for', () => {
    const written = lines();
    const request = new Request('https://auth.test/');
    forRequest(request, createSightings([]), () =>
      log('warn', 'provider.sign_in_failed', { provider: 'local', reason: 'denied' }),
    );
    const requestId = requestIdOf(request);
    expect(written).toEqual([
      { level: 'warn', event: 'provider.sign_in_failed', requestId, provider: 'local', reason: 'denied' },
    ]);
  });

  it('names no request where there is none', () => {
    const written = lines();
    log('info', 'something');
    expect(written).toEqual([{ level: 'info', event: 'something' }]);
  });

  it('has the edge’s own name for a request, and nobody else’s', () => {
    const written = lines();
    const ray = '8f2d1c3b4a596877-AMS';
    forRequest(new Request('https://auth.test/', { headers: { 'CF-Ray': ray } }), createSightings([]), () =>
      log('info', 'a'),
    );
    const made = 'pc_rt_abc" and "more';
    const headers = { 'X-Request-Id': made, 'CF-Ray': made };
    forRequest(new Request('https://auth.test/', { headers }), createSightings([]), () => log('info', 'b'));
    expect(written[0]?.requestId).toBe(ray);
    expect(written[1]?.requestId).toMatch(/^[0-9a-f-]{36}$/);
  });

  it('about an error says where it came from, and nothing that it says', () => {
    const written = lines();
    const cause = new TypeError('the token pc_rt_abc is malformed');
    report('issuer.failed', new Error('for ada@example.com', { cause }), { objectId: 'abc' });
    expect(written[0]).toMatchObject({
      level: 'error',
      event: 'issuer.failed',
      objectId: 'abc',
      error: 'Error',
      cause: 'TypeError',
      at: expect.arrayContaining([expect.stringMatching(/^at /)]),
    });
    expect(JSON.stringify(written)).not.toMatch(/pc_rt_abc|ada@example/);
  });

  it('that an object writes names the request for which the object was asked', async () => {
    const written = lines();
    const userId = newUserId();
    await runInDurableObject(env.USER.getByName(userId), (object) => {
      vi.spyOn(object, 'exists').mockImplementation(() => {
        report('user.something_failed', new Error('in the object'), { objectId: 'its own' });
        return false;
      });
    });
    const request = new Request('https://auth.test/account');
    await forRequest(request, createSightings([]), () => createUsers(env.USER).exists(userId));
    expect(written).toMatchObject([{ event: 'user.something_failed', requestId: requestIdOf(request) }]);
  });
});
