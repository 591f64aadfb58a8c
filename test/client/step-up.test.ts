import { afterEach, expect, test, vi } from 'vitest';
import { createStepUp } from '../../src/client/step-up.ts';

afterEach(() => void vi.useRealTimers());

const response = new Response(null, { status: 401 });
/** What came of a challenge: the page left, or the app got its answer. */
const outcome = (meeting: Promise<Response>): Promise<Response | 'left'> =>
  Promise.race([meeting, new Promise<'left'>((resolve) => setTimeout(() => resolve('left'), 20))]);

test('a challenge is answered by leaving for the sign-in that it asks for', async () => {
  const leave = vi.fn(() => new Promise<never>(() => {}));
  const { meet } = createStepUp(undefined, leave);
  expect(await outcome(meet({ acrValues: 'gold', maxAge: 60 }, response))).toBe('left');
  expect(leave).toHaveBeenCalledExactlyOnceWith({ acrValues: 'gold', maxAge: 60 });
});

test('a page that does not want to leave gets the answer of the API', async () => {
  const leave = vi.fn(() => new Promise<never>(() => {}));
  const onStepUp = vi.fn(async () => false);
  const { meet } = createStepUp(onStepUp, leave);
  expect(await outcome(meet({ acrValues: 'gold', maxAge: undefined }, response))).toBe(response);
  expect(onStepUp).toHaveBeenCalledWith({ acrValues: 'gold', maxAge: undefined });
  expect(leave).not.toHaveBeenCalled();
});

test('a challenge that comes again right after a sign-in for it is not answered by another', async () => {
  vi.useFakeTimers({ toFake: ['Date'] });
  const leave = vi.fn(() => new Promise<never>(() => {}));
  const { meet, done } = createStepUp(undefined, leave);
  done({ acrValues: undefined, maxAge: 900 });
  expect(await outcome(meet({ acrValues: undefined, maxAge: 900 }, response))).toBe(response);
  // Another one is.
  expect(await outcome(meet({ acrValues: 'gold', maxAge: 900 }, response))).toBe('left');
  // A sign-in does not stay recent.
  vi.setSystemTime(Date.now() + 901_000);
  expect(await outcome(meet({ acrValues: undefined, maxAge: 900 }, response))).toBe('left');
  expect(leave).toHaveBeenCalledTimes(2);
});

test('what asks for a sign-in at this very moment does not go round and round', async () => {
  const leave = vi.fn(() => new Promise<never>(() => {}));
  const { meet, done } = createStepUp(undefined, leave);
  done({ acrValues: undefined, maxAge: 0 });
  expect(await outcome(meet({ acrValues: undefined, maxAge: 0 }, response))).toBe(response);
  expect(leave).not.toHaveBeenCalled();
});
