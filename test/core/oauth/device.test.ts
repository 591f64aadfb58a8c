import { describe, expect, it } from 'vitest';
import {
  checkDeviceAuthorizationRequest,
  type DeviceAuthorization,
  decide,
  normalUserCode,
  type PollAnswer,
  poll,
  shownUserCode,
  USER_CODE_LENGTH,
  userCodeOf,
} from '../../../src/core/oauth/device.ts';

const secretHash = Uint8Array.of(1, 2, 3);
const start = 1_000_000;
const waiting: DeviceAuthorization = {
  authorizationId: 'a',
  secretHash,
  clientId: 'tv',
  expiresAt: start + 600_000,
  decision: null,
  intervalSeconds: 5,
  lastPoll: null,
};
const approved: DeviceAuthorization = { ...waiting, decision: { kind: 'approved', userId: 'ada' } };

/** A device that polls at these seconds; each answer, with the interval that holds from then on. */
function polls(
  first: DeviceAuthorization,
  seconds: number[],
  attempts = seconds.map(String),
): [PollAnswer['kind'], number][] {
  let now = first;
  return seconds.map((second, index) => {
    const request = { authorizationId: 'a', secretHash, clientId: 'tv', attempt: attempts[index] ?? '' };
    const { answer, next } = poll(now, request, start + second * 1000);
    now = next ?? now;
    return [answer.kind, now.intervalSeconds];
  });
}

const ask = (authorization: DeviceAuthorization | undefined, changes = {}, second = 0) =>
  poll(
    authorization,
    { authorizationId: 'a', secretHash, clientId: 'tv', attempt: 'x', ...changes },
    start + second * 1000,
  );

describe('a device that polls', () => {
  it('is told to wait for as long as nobody has decided', () => {
    expect(polls(waiting, [0, 5, 10])).toEqual([
      ['authorization_pending', 5],
      ['authorization_pending', 5],
      ['authorization_pending', 5],
    ]);
  });

  it('may ask a little early, since its requests do not travel equally fast', () => {
    expect(polls(waiting, [0, 4.1])).toEqual([
      ['authorization_pending', 5],
      ['authorization_pending', 5],
    ]);
  });

  it('too soon is slowed down by 5 seconds, for good', () => {
    expect(polls(waiting, [0, 3, 9, 24, 34, 48])).toEqual([
      ['authorization_pending', 5],
      ['slow_down', 10],
      ['slow_down', 15],
      ['authorization_pending', 15],
      ['slow_down', 20],
      ['slow_down', 25],
    ]);
  });

  it('is counted from its last request, slowed down or not', () => {
    expect(polls(waiting, [0, 1, 8, 21.9])).toEqual([
      ['authorization_pending', 5],
      ['slow_down', 10],
      ['slow_down', 15],
      ['slow_down', 20],
    ]);
  });

  it('gets the same answer when the same request is tried again, and is not slowed down for it', () => {
    expect(polls(waiting, [0, 0, 1, 1, 11], ['p', 'p', 'q', 'q', 'r'])).toEqual([
      ['authorization_pending', 5],
      ['authorization_pending', 5],
      ['slow_down', 10],
      ['slow_down', 10],
      ['authorization_pending', 10],
    ]);
  });

  it('learns whose approval it got, and of two requests at once only one learns it', () => {
    expect(ask(approved).answer).toEqual({ kind: 'approved', userId: 'ada' });
    expect(polls(approved, [0, 0.1, 10]).map(([kind]) => kind)).toEqual([
      'approved',
      'slow_down',
      'approved',
    ]);
  });

  it('learns of a denial, as often as it asks', () => {
    const denied: DeviceAuthorization = { ...waiting, decision: { kind: 'denied' } };
    expect(polls(denied, [0, 0.1]).map(([kind]) => kind)).toEqual(['access_denied', 'access_denied']);
  });

  it('is too late from the very second at which the code expires, approved or not', () => {
    expect(ask(waiting, {}, 599.999).answer.kind).toBe('authorization_pending');
    expect(ask(waiting, {}, 600).answer.kind).toBe('expired_token');
    expect(ask(approved, {}, 600).answer.kind).toBe('expired_token');
    expect(ask(undefined).answer.kind).toBe('expired_token');
  });

  it('with a code that had the same letters before is too late', () => {
    expect(ask(approved, { authorizationId: 'b' })).toEqual({ answer: { kind: 'expired_token' } });
    expect(ask(approved, { secretHash: Uint8Array.of(1, 2, 4) })).toEqual({
      answer: { kind: 'expired_token' },
    });
  });

  it('as another client learns nothing and changes nothing', () => {
    expect(ask(approved, { clientId: 'radio' })).toEqual({ answer: { kind: 'wrong_client' } });
  });
});

describe('a decision', () => {
  const allow = { kind: 'approved', userId: 'ada' } as const;
  const deny = { kind: 'denied' } as const;

  it('is taken while the codes live, about the device that was shown', () => {
    expect(decide(waiting, 'a', allow, start)?.decision).toEqual(allow);
    expect(decide(waiting, 'a', deny, start)?.decision).toEqual(deny);
    expect(decide(waiting, 'b', allow, start)).toBeUndefined();
    expect(decide(waiting, 'a', allow, waiting.expiresAt)).toBeUndefined();
    expect(decide(undefined, 'a', allow, start)).toBeUndefined();
  });

  it('is final: the same again is no fault, another comes too late', () => {
    const denied = { ...waiting, decision: deny };
    expect(decide(approved, 'a', allow, start)).toBe(approved);
    expect(decide(denied, 'a', deny, start)).toBe(denied);
    expect(decide(approved, 'a', deny, start)).toBeUndefined();
    expect(decide(denied, 'a', allow, start)).toBeUndefined();
    expect(decide(approved, 'a', { kind: 'approved', userId: 'eve' }, start)).toBeUndefined();
  });
});

describe('a user code', () => {
  it('has more than 20 bits, of letters that cannot be mistaken for others and spell no word', () => {
    const seen = new Set<string>();
    for (let number = 0; number < 40; number += 1) {
      for (const letter of userCodeOf(new Uint32Array(USER_CODE_LENGTH).fill(number))) seen.add(letter);
    }
    expect([...seen].sort().join('')).toBe('BCDFGHJKLMNPQRSTVWXZ');
    expect(USER_CODE_LENGTH * Math.log2(seen.size)).toBeGreaterThan(34);
  });

  it('takes each letter from a number of its own', () => {
    expect(userCodeOf(Uint32Array.of(0, 1, 2, 3, 16, 17, 18, 4_294_967_295))).toBe('BCDFVWXT');
  });

  it.each([
    'WDJB-MJHT',
    'wdjb-mjht',
    'wdjbmjht',
    ' WDJB MJHT ',
    'W.D.J.B/M_J_H_T',
    'wdjb–mjht',
    'ＷＤＪＢ－ＭＪＨＴ',
  ])('is understood when it is typed as %j', (typed) => {
    expect(normalUserCode(typed)).toBe('WDJBMJHT');
    expect(shownUserCode('WDJBMJHT')).toBe('WDJB-MJHT');
  });

  it.each(['', 'WDJB-MJH', 'WDJB-MJHTT', 'WDJB-MJHA', 'WDJB-MJH0', 'ẂDJB-MJHT', 'W-'.repeat(5_000)])(
    'is not there in %.20j',
    (typed) => {
      expect(normalUserCode(typed)).toBeUndefined();
    },
  );
});

describe('a device authorization request', () => {
  const client = {
    scope: ['openid', 'offline_access', 'api:read'],
    resources: ['https://api.test/', 'https://notes.test/'],
    grantTypes: ['urn:ietf:params:oauth:grant-type:device_code'],
  };
  const check = (parameters: Record<string, string>, resource: string[] = [], changes = {}) =>
    checkDeviceAuthorizationRequest(new Map(Object.entries(parameters)), resource, { ...client, ...changes });

  it('without a scope is for all that is registered but offline_access', () => {
    expect(check({})).toEqual({
      kind: 'valid',
      scope: ['openid', 'api:read'],
      resource: ['https://api.test/'],
    });
  });

  it('is for exactly what it names', () => {
    expect(check({ scope: 'openid offline_access openid' }, ['https://notes.test/'])).toEqual({
      kind: 'valid',
      scope: ['openid', 'offline_access'],
      resource: ['https://notes.test/'],
    });
  });

  it.each([
    ['invalid_scope', { scope: 'openid admin' }, [], {}],
    ['invalid_scope', { scope: ' ' }, [], {}],
    ['invalid_scope', {}, [], { scope: ['offline_access'] }],
    ['invalid_target', { scope: 'openid' }, ['https://other.test/'], {}],
    ['unauthorized_client', { scope: 'openid' }, [], { grantTypes: ['authorization_code'] }],
  ])('is refused with %s: %j %j %j', (error, parameters, resource, changes) => {
    expect(check(parameters as Record<string, string>, resource, changes)).toMatchObject({
      kind: 'refused',
      error: { error },
    });
  });
});
