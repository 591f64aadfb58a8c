import type { Page } from 'playwright-core';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { api, callback } from '../issuer/addresses.ts';
import { startIssuer } from '../runtime/issuer.ts';
import { newPerson, type Stage, setStage, signUp } from './stage.ts';

let stage: Stage;
beforeAll(async () => {
  stage = await setStage(startIssuer);
});
afterAll(() => stage.close());

const request = (changes: Record<string, string> = {}) =>
  `/oauth/authorize?${new URLSearchParams({
    client_id: 'stranger',
    redirect_uri: callback,
    response_type: 'code',
    scope: 'openid profile email phone offline_access api:read notes:read',
    resource: api,
    state: 's',
    code_challenge: 'E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM',
    code_challenge_method: 'S256',
    ...changes,
  })}`;

/** What the browser takes along to the client, where nobody listens: the page that it was on is of no use afterwards. */
async function answerTo(page: Page, act: () => Promise<unknown>): Promise<Record<string, string>> {
  const [asked] = await Promise.all([
    page.waitForRequest((sent) => sent.url().startsWith(callback)),
    act().catch(() => undefined),
  ]);
  await page.close();
  return Object.fromEntries(new URL(asked.url()).searchParams);
}

/** Tab, until the control of this text has the focus. */
async function tabTo(page: Page, text: string): Promise<void> {
  for (let step = 0; step < 30; step++) {
    const focused = await page.evaluate(() => document.activeElement?.textContent?.trim() ?? '');
    if (focused.startsWith(text)) return;
    await page.keyboard.press('Tab');
  }
  throw new Error(`Tab did not reach "${text}"`);
}

const question = (page: Page) => page.getByRole('heading', { name: 'Allow Somebody else’s app?' });

test('without JavaScript people are asked once, take it back, and are asked again', async () => {
  const { context, page: first } = await stage.visit({ javaScriptEnabled: false });
  let page = first;
  await page.goto(request());
  await signUp(page, newPerson());
  await question(page).waitFor();
  await page.getByText('Not an app of Portcullis.').waitFor();
  expect(await answerTo(page, () => page.getByRole('button', { name: 'Cancel' }).click())).toMatchObject({
    error: 'access_denied',
    state: 's',
    iss: stage.runtime.url,
  });

  page = await context.newPage();
  await page.goto(request());
  expect(await answerTo(page, () => page.getByRole('button', { name: 'Allow' }).click())).toMatchObject({
    code: expect.stringMatching(/^pc_ac_/),
    state: 's',
  });
  page = await context.newPage();
  expect(await answerTo(page, () => page.goto(request()))).toMatchObject({
    state: 's',
    iss: stage.runtime.url,
  });

  page = await context.newPage();
  await page.goto('/account');
  await page.getByRole('region', { name: 'What you allowed apps' }).getByText('Read from the API').waitFor();
  await page.getByRole('button', { name: 'Take back what Somebody else’s app may do' }).click();
  await page.getByText('No app had to ask you.').waitFor();
  await page.goto(request());
  await question(page).waitFor();
  await context.close();
});

test('with the keyboard only people allow, and edit their profile', async () => {
  const { context, page: first, faults } = await stage.visit();
  let page = first;
  await page.goto(request());
  await signUp(page, newPerson());
  await question(page).waitFor();
  await tabTo(page, 'Website');
  await tabTo(page, 'Cancel');
  await page.keyboard.press('Shift+Tab');
  expect(await answerTo(page, async () => page.keyboard.press('Enter'))).toMatchObject({
    code: expect.stringMatching(/^pc_ac_/),
  });

  page = await context.newPage();
  await page.goto('/account');
  await tabTo(page, 'Edit your profile');
  await page.keyboard.press('Enter');
  await page.getByLabel('Full name').focus();
  await page.keyboard.press('Tab');
  await page.keyboard.type('Ada');
  await page.getByLabel('Birthday').focus();
  await page.keyboard.type('tomorrow');
  await page.keyboard.press('Enter');
  await page.getByRole('alert').waitFor();
  expect(await page.getByLabel('Birthday').evaluate((field) => field === document.activeElement)).toBe(true);
  await page.keyboard.press('ControlOrMeta+a');
  await page.keyboard.type('1815-12-10');
  await page.keyboard.press('Enter');
  await page.getByRole('heading', { name: 'Your account' }).waitFor();
  await page.goto('/account/profile');
  expect(await page.getByLabel('Given name').inputValue()).toBe('Ada');
  expect(faults.filter((fault) => !/status of 4|ERR_/.test(fault))).toEqual([]);
  await context.close();
});

test.each([
  ['a phone in light', { viewport: { width: 360, height: 740 }, colorScheme: 'light' }],
  ['a desktop in dark', { viewport: { width: 1280, height: 800 }, colorScheme: 'dark' }],
] as const)('on %s nothing breaks the policy or scrolls sideways', async (_, options) => {
  const { context, page: first, faults } = await stage.visit(options);
  await first.goto(request({ scope: 'openid' }));
  await signUp(first, newPerson('Maximiliane-Antoinette von und zu Hohenzollern-Sigmaringen-Wittelsbach'));
  await answerTo(first, () => first.getByRole('button', { name: 'Allow' }).click());
  const page = await context.newPage();
  for (const path of [request(), '/account', '/account/profile']) {
    await page.goto(path);
    await page.getByRole('heading', { level: 1 }).waitFor();
    const overflow = await page.evaluate(() => document.documentElement.scrollWidth - innerWidth);
    expect(overflow, path).toBeLessThanOrEqual(0);
  }
  expect(faults.filter((fault) => !/ERR_/.test(fault))).toEqual([]);
  await context.close();
});
