import { afterAll, beforeAll, expect, test } from 'vitest';
import { startIssuer } from '../runtime/issuer.ts';
import { type Stage, setStage } from './stage.ts';

let stage: Stage;
beforeAll(async () => {
  stage = await setStage(startIssuer);
});
afterAll(() => stage?.close());

test('somebody who chooses a password is told how far they are, and nothing of it leaves the page', async () => {
  const { page } = await stage.visit();
  await page.goto('/signup');
  const sent: string[] = [];
  page.on('request', (request) => sent.push(request.url()));
  const told = page.getByRole('status');
  const password = page.getByLabel('Password');
  expect(await told.isVisible()).toBe(false);
  for (const [typed, expected] of [
    ['short', 'Too short yet.'],
    ['abcdefghijklmnop', 'easy to guess'],
    ['aaaaaaaaaaaaaaaaaaaa', 'easy to guess'],
    ['purple otters ok', 'Hard to guess.'],
    ['purple otters sing at noon', 'Very hard to guess.'],
  ] as const) {
    await password.fill(typed);
    await expect.poll(() => told.textContent()).toContain(expected);
  }
  await password.fill('');
  await expect.poll(() => told.isVisible()).toBe(false);
  // The icon of the page may come late.
  expect(sent.filter((url) => !url.endsWith('.svg'))).toEqual([]);
});
