import { afterAll, beforeAll, expect, test } from 'vitest';
import { type Ground, startGate } from '../blackbox/gate-ground.ts';
import { newPerson, type Stage, setStage, signUp } from './stage.ts';

let ground: Ground;
let stage: Stage;
beforeAll(async () => {
  ground = await startGate();
  stage = await setStage(async () => ground.runtime);
});
afterAll(async () => {
  // Closes the runtime as well.
  await stage.close();
  await ground.origin.close();
});

interface Events {
  /** When the origin sent an event, and when the page had it; milliseconds since the epoch. */
  events: { sentAt: number; at: number }[];
  errors: number[];
  state: number;
}

/** Opens an EventSource in the page, and keeps what it hears in `window.heard`. */
function listen(path: string): void {
  const heard: Events = { events: [], errors: [], state: 0 };
  Object.assign(window, { heard });
  const source = new EventSource(path);
  source.onmessage = ({ data }) => {
    heard.events.push({ sentAt: Number(String(data).split(' ')[0]), at: Date.now() });
    heard.state = source.readyState;
  };
  source.onerror = () => {
    heard.errors.push(Date.now());
    heard.state = source.readyState;
  };
}
const read = (): Events => (window as unknown as { heard: Events }).heard;

test.each([
  ['strict', 0],
  ['within', 2],
])(
  'an EventSource of a %s route hears each event as it is sent, and nothing %i s after sign-out',
  async (route, bound) => {
    const { context, page } = await stage.visit();
    await page.goto(`/${route}/hello`);
    await signUp(page, newPerson());
    await page.getByText('from the origin').waitFor();
    await page.evaluate(listen, `/${route}/events`);
    const count = async () => (await page.evaluate(read)).events.length;
    await expect.poll(count, { timeout: 10_000 }).toBeGreaterThan(10);
    const { events } = await page.evaluate(read);
    // Every 100 ms one is sent: gathered, the first would come with the second.
    expect(Math.max(...events.map(({ at, sentAt }) => at - sentAt))).toBeLessThan(95);

    const elsewhere = await context.newPage();
    await elsewhere.goto('/account');
    await elsewhere.getByRole('button', { name: 'Sign out everywhere' }).click();
    await elsewhere.waitForURL((url) => url.pathname !== '/account');
    const signedOutAt = Date.now();
    // It tries once more, as browsers do, and gets 401: closed for good.
    await expect.poll(async () => (await page.evaluate(read)).state, { timeout: 15_000 }).toBe(2);
    const { events: all, errors } = await page.evaluate(read);
    const last = (all.at(-1)?.at ?? 0) - signedOutAt;
    console.log(
      `EventSource, ${route}: the last event ${last} ms after sign-out, the end ${(errors[0] ?? 0) - signedOutAt} ms`,
    );
    expect(last).toBeLessThan(bound * 1000 + 100);
    expect((errors[0] ?? 0) - signedOutAt).toBeLessThan(bound * 1000 + 500);
    await context.close();
  },
);
