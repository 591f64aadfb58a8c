import { expect, it } from 'vitest';
import { expiry, worthTouching } from '../../../src/core/session/rule.ts';

const hour = 3_600_000;
const session = { lastUsedAt: 0, idleMilliseconds: 24 * hour, absoluteExpiresAt: 100 * hour };

it('ends a session that was not used for its idle time', () => {
  expect(expiry(session, 24 * hour - 1)).toBeNull();
  expect(expiry(session, 24 * hour)).toEqual({ cause: 'idle_expiry', endedAt: 24 * hour });
});

it('ends a session at its absolute expiry, however busy', () => {
  const busy = { ...session, lastUsedAt: 99 * hour };
  expect(expiry(busy, 100 * hour - 1)).toBeNull();
  expect(expiry(busy, 100 * hour)).toEqual({ cause: 'absolute_expiry', endedAt: 100 * hour });
});

it('names whichever expiry came first, however late somebody asks', () => {
  expect(expiry(session, 1000 * hour)).toEqual({ cause: 'idle_expiry', endedAt: 24 * hour });
  const busy = { ...session, lastUsedAt: 99 * hour };
  expect(expiry(busy, 1000 * hour)).toEqual({ cause: 'absolute_expiry', endedAt: 100 * hour });
});

it('writes a use down once an hour at most, sooner where the idle time is short', () => {
  expect(worthTouching(session, hour - 1)).toBe(false);
  expect(worthTouching(session, hour)).toBe(true);
  expect(worthTouching({ ...session, idleMilliseconds: 60_000 }, 6_000)).toBe(true);
});
