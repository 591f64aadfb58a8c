import { afterAll, beforeAll, expect, test } from 'vitest';
import { enterDemo, isOutside, isWelcome, newPerson, type Stage, setStage, signIn } from './stage.ts';

let stage: Stage;
beforeAll(async () => {
  stage = await setStage();
});
afterAll(() => stage.close());

test('a newcomer signs up, uses the API, refreshes, reloads, opens the private page and signs out', async () => {
  const { context, page, faults } = await stage.visit();
  const person = newPerson();

  await enterDemo(page, person);
  expect(page.url()).toBe(`${stage.runtime.url}/demo/`);
  expect(await page.getByText(person.email).isVisible()).toBe(true);

  const tokens: (string | undefined)[] = [];
  page.on('request', (request) => {
    if (request.url().endsWith('/demo/api/me')) tokens.push(request.headers().authorization);
  });
  const expiry = async () => Date.parse((await page.locator('#expires').getAttribute('datetime')) ?? '');
  await page.getByRole('button', { name: 'Call the API' }).click();
  await page.getByRole('status').filter({ hasText: 'The API answered 200' }).waitFor();
  const answer = JSON.parse(await page.locator('#api-answer').innerText());
  expect(answer).toMatchObject({ email: person.email, name: person.name, client_id: 'demo' });

  const firstExpiry = await expiry();
  await page.getByRole('button', { name: 'Refresh now' }).click();
  await page.getByRole('status').filter({ hasText: 'was refreshed' }).waitFor();
  expect(await page.locator('#refreshed').innerText()).toBe('once');
  expect(await expiry()).toBeGreaterThan(firstExpiry);
  await page.getByRole('button', { name: 'Call the API' }).click();
  await page.getByRole('status').filter({ hasText: 'The API answered 200' }).waitFor();
  expect(tokens).toEqual([expect.stringMatching(/^Bearer eyJ/), expect.stringMatching(/^Bearer eyJ/)]);
  expect(tokens[0]).not.toBe(tokens[1]);

  await page.reload();
  await isWelcome(page, person);
  expect(page.url()).toBe(`${stage.runtime.url}/demo/`);

  await page.getByRole('link', { name: 'Open the private page' }).click();
  await page.getByRole('heading', { name: person.name }).waitFor();
  expect(page.url()).toBe(`${stage.runtime.url}/demo/private/`);
  await page.goto('/demo/');
  await isWelcome(page, person);

  await page.getByRole('button', { name: 'Sign out', exact: true }).click();
  // Without a question, and without leaving: the app is on the issuer's own site.
  await isOutside(page);
  expect(page.url()).toBe(`${stage.runtime.url}/demo/`);

  await page.reload();
  await isOutside(page);
  await page.goto('/demo/private/');
  await page.getByRole('heading', { name: 'Sign in' }).waitFor();
  expect(new URL(page.url()).pathname).toBe('/signin');

  // With the cookies that the browser still has; at the latest after the 30 seconds of that route's freshness.
  const api = () => context.request.get('/demo/api/me', { headers: { 'Sec-Fetch-Mode': 'cors' } });
  await expect.poll(async () => (await api()).status(), { timeout: 35_000, interval: 1000 }).toBe(401);
  expect(faults).toEqual([]);
  await context.close();
});

test('signing out everywhere ends the sign-in of another browser, which is told why', async () => {
  const here = await stage.visit();
  const there = await stage.visit();
  const person = newPerson();
  await enterDemo(here.page, person);
  await there.page.goto('/demo/');
  await there.page.getByRole('button', { name: 'Sign in' }).click();
  await signIn(there.page, person);
  await isWelcome(there.page, person);

  await here.page.getByRole('button', { name: 'Sign out everywhere' }).click();
  await isOutside(here.page);
  expect(here.faults).toEqual([]);

  await there.page.getByRole('button', { name: 'Refresh now' }).click();
  await isOutside(there.page);
  await there.page.getByText('You signed out everywhere.').waitFor();
  await there.page.goto('/demo/private/');
  await there.page.getByRole('heading', { name: 'Sign in' }).waitFor();
  await Promise.all([here.context.close(), there.context.close()]);
});
