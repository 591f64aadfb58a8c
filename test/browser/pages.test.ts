import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { tabTo } from './keyboard.ts';
import { enterDemo, isOutside, isWelcome, newPerson, type Stage, setStage, signIn, signUp } from './stage.ts';

let stage: Stage;
beforeAll(async () => {
  stage = await setStage();
});
afterAll(() => stage.close());

test('without JavaScript people sign up, sign out and sign in again', async () => {
  const { context, page, faults } = await stage.visit({ javaScriptEnabled: false });
  const person = newPerson();
  await page.goto('/demo/private/');
  await signUp(page, person);
  await page.getByRole('heading', { name: person.name }).waitFor();
  expect(page.url()).toBe(`${stage.runtime.url}/demo/private/`);

  await page.goto('/account');
  await page.getByRole('button', { name: 'Sign out everywhere', exact: true }).click();
  await page.goto('/demo/private/');
  await signIn(page, { ...person, password: 'not the right password' });
  await page.getByRole('alert').waitFor();
  await signIn(page, person);
  await page.getByRole('heading', { name: person.name }).waitFor();
  expect(faults.filter((fault) => !fault.includes('status of 4'))).toEqual([]);
  await context.close();
});

describe('with the keyboard only', () => {
  test('people sign in and out', async () => {
    const person = newPerson();
    const newcomer = await stage.visit();
    await enterDemo(newcomer.page, person);
    await newcomer.context.close();

    const { context, page, faults } = await stage.visit();
    await page.goto('/demo/');
    await isOutside(page);
    await tabTo(page, 'Sign in');
    await page.keyboard.press('Enter');
    await page.getByRole('heading', { name: 'Sign in' }).waitFor();
    await tabTo(page, 'Email');
    await page.keyboard.type(person.email);
    await tabTo(page, 'Password');
    await page.keyboard.type(person.password);
    await page.keyboard.press('Enter');
    await isWelcome(page, person);

    await tabTo(page, 'Sign out everywhere');
    await page.keyboard.press('Space');
    await isOutside(page);
    expect(faults).toEqual([]);
    await context.close();
  });
});

test.each([
  ['a phone in light', { viewport: { width: 360, height: 740 }, colorScheme: 'light' }],
  ['a desktop in dark', { viewport: { width: 1280, height: 800 }, colorScheme: 'dark' }],
] as const)(
  'on %s the demo breaks no policy, logs no error and does not scroll sideways',
  async (_, options) => {
    const { context, page, faults } = await stage.visit(options);
    const person = newPerson('Maximiliane-Antoinette von und zu Hohenzollern-Sigmaringen-Wittelsbach');
    const fits = async (path: string) => {
      await page.goto(path);
      await page.getByRole('heading', { level: 1 }).waitFor();
      expect(
        await page.evaluate(() => document.documentElement.scrollWidth - innerWidth),
        path,
      ).toBeLessThanOrEqual(0);
      expect(await page.locator('html').getAttribute('lang'), path).toBe('en');
      expect(await page.title(), path).not.toBe('');
    };
    for (const path of ['/', '/demo/']) await fits(path);
    await page.getByRole('button', { name: 'Sign in' }).click();
    await signUp(page, person);
    await isWelcome(page, person);
    for (const path of ['/account', '/demo/private/', '/demo/']) await fits(path);
    expect(faults).toEqual([]);
    await context.close();
  },
);
