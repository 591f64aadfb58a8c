import { afterAll, beforeAll, expect, test } from 'vitest';
import { send } from '../blackbox/http.ts';
import { startIssuer } from '../runtime/issuer.ts';
import { newPerson, type Stage, setStage } from './stage.ts';

let stage: Stage;
beforeAll(async () => {
  stage = await setStage(startIssuer);
});
afterAll(() => stage?.close());

const address = '203.0.113.77';

test('somebody behind an address that stuffs computes for a moment, and signs in', async () => {
  const { url } = stage.runtime;
  const person = newPerson();
  const first = await stage.visit();
  await first.page.goto('/signup');
  await first.page.getByLabel('Name').fill(person.name);
  await first.page.getByLabel('Email').fill(person.email);
  await first.page.getByLabel('Password').fill(person.password);
  await first.page.getByRole('button', { name: 'Create account' }).click();
  await first.page.waitForURL('**/account');

  for (let at = 0; at < 12; at += 1)
    await send(`${url}/signin`, {
      method: 'POST',
      headers: {
        Origin: url,
        'CF-Connecting-IP': address,
        'Content-Type': 'application/x-www-form-urlencoded',
      },
      body: `email=victim-${at}%40example.com&password=a+guess`,
    });

  const { page, faults } = await stage.visit({ extraHTTPHeaders: { 'CF-Connecting-IP': address } });
  const signIn = async () => {
    await page.getByLabel('Email').fill(person.email);
    await page.getByLabel('Password').fill(person.password);
    await page.getByRole('button', { name: 'Sign in', exact: true }).click();
  };
  await page.goto('/signin');
  await signIn();
  await page.waitForURL('**/signin/challenge?page=%2Fsignin');
  expect(await page.getByRole('progressbar').isVisible()).toBe(false);
  await page.getByRole('button', { name: 'Calculate and go on' }).click();
  await page.waitForURL('**/signin');
  await signIn();
  await page.waitForURL('**/account');
  expect(faults).toEqual([]);
});

test('without scripts it says what to do instead', async () => {
  const { page } = await stage.visit({ javaScriptEnabled: false });
  await page.goto('/signin/challenge');
  expect(await page.getByText('wait for a while').isVisible()).toBe(true);
  expect(await page.getByRole('button').count()).toBe(0);
});
