import type { Page } from 'playwright-core';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { type Ground, request, setGround } from './every-page.ts';
import { tabTo } from './keyboard.ts';
import { newPerson } from './stage.ts';

let ground: Ground;
beforeAll(async () => {
  ground = await setGround();
}, 120_000);
afterAll(() => ground?.stage.close());

/** What a screen reader says when a faulty form comes back: the alert, and the field that now has the focus. */
const saidOf = (page: Page) =>
  page.evaluate(() => {
    const field = document.activeElement;
    const described = field?.getAttribute('aria-describedby')?.split(' ') ?? [];
    return {
      title: document.title,
      alert: document.querySelector('[role=alert]')?.textContent,
      field: field?.id,
      invalid: field?.getAttribute('aria-invalid'),
      description: described.map((id) => document.getElementById(id)?.textContent).join(' '),
    };
  });

const heading = (page: Page, name: string) => page.getByRole('heading', { level: 1, name }).waitFor();

test('with the keyboard only people sign up on the way to an app, edit their profile and sign out everywhere', async () => {
  const person = newPerson();
  const context = ground.visitor;
  const first = await context.newPage();
  await first.goto(request('stranger', { state: 's' }));
  await heading(first, 'Sign in');
  await tabTo(first, 'Sign up');
  await first.keyboard.press('Enter');
  await heading(first, 'Create your account');
  await tabTo(first, 'Name');
  await first.keyboard.type(person.name);
  await tabTo(first, 'Email');
  await first.keyboard.type(person.email);
  await tabTo(first, 'Password');
  await first.keyboard.type(person.password);
  await tabTo(first, 'Create account');
  await first.keyboard.press('Space');

  await heading(first, 'Allow Somebody else’s app');
  await tabTo(first, 'Website of the app, in a new tab');
  await tabTo(first, 'Cancel');
  await first.keyboard.press('Shift+Tab');
  const answer = first.waitForRequest((sent) => sent.url().startsWith('https://client.test/callback'));
  await first.keyboard.press('Enter');
  expect(new URL((await answer).url()).searchParams.get('code')).toMatch(/^pc_ac_/);

  // At another device, too.
  const { email, password } = person;
  await ground.newcomer.request.post('/signin', {
    form: { email, password },
    headers: { Origin: ground.stage.runtime.url },
    maxRedirects: 0,
  });
  const page = await context.newPage();
  await page.goto('/account');
  await tabTo(page, 'Edit your profile');
  await page.keyboard.press('Enter');
  await heading(page, 'Your profile');
  await tabTo(page, 'Given name');
  await page.keyboard.type('Ada');
  await tabTo(page, 'Birthday');
  await page.keyboard.type('tomorrow');
  await page.keyboard.press('Enter');
  await page.getByRole('alert').waitFor();
  expect(await saidOf(page)).toEqual({
    title: 'Error: Your profile · Portcullis',
    alert: 'Nothing was saved yet: see the fields that are marked.',
    field: 'birthdate',
    invalid: 'true',
    description: expect.stringMatching(/^Year-month-day, like .* Enter a date as year-month-day/),
  });
  await page.keyboard.press('ControlOrMeta+a');
  await page.keyboard.type('1815-12-10');
  await tabTo(page, 'Save');
  await page.keyboard.press('Enter');

  await heading(page, 'Your account');
  await tabTo(page, 'Sign out Chrome on Linux, this device');
  await tabTo(page, 'Sign out Chrome on Linux');
  await page.keyboard.press('Enter');
  await page.getByText('Chrome on Linux was signed out').waitFor();
  await tabTo(page, 'Sign out everywhere');
  await page.keyboard.press('Space');

  await heading(page, 'Sign in');
  await tabTo(page, 'Email');
  await page.keyboard.type(person.email);
  await tabTo(page, 'Password');
  await page.keyboard.type('not the right password');
  await page.keyboard.press('Enter');
  await page.getByRole('alert').waitFor();
  const wrong = 'That email and password do not match.';
  expect(await saidOf(page)).toEqual({
    title: 'Error: Sign in · Portcullis',
    alert: wrong,
    field: 'password',
    invalid: 'true',
    description: wrong,
  });
  await page.keyboard.type(person.password);
  await page.keyboard.press('Enter');
  await heading(page, 'Your account');
  await page.goto('/account/profile');
  expect(await page.getByLabel('Given name').inputValue()).toBe('Ada');
  expect(await page.getByLabel('Birthday').inputValue()).toBe('1815-12-10');
});
