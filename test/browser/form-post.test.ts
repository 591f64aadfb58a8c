import type { BrowserContext, Page } from 'playwright-core';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { startIssuer } from '../runtime/issuer.ts';
import { newPerson, type Person, type Stage, setStage, signUp } from './stage.ts';

let stage: Stage;
beforeAll(async () => {
  stage = await setStage(startIssuer);
});
afterAll(() => stage.close());

const callback = 'https://client.test/callback';
const request = new URLSearchParams({
  response_type: 'code',
  response_mode: 'form_post',
  client_id: 'spa',
  redirect_uri: callback,
  scope: 'openid',
  state: 'a "b" & <c>',
  code_challenge: 'E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM',
  code_challenge_method: 'S256',
});

/** Stands in for the client: answers with what was posted to it. */
const receive = (context: BrowserContext) =>
  context.route('https://client.test/**', (route) => {
    const posted = Object.fromEntries(new URLSearchParams(route.request().postData() ?? ''));
    return route.fulfill({ contentType: 'application/json', body: JSON.stringify(posted) });
  });

async function signUpOnTheWay(page: Page, person: Person): Promise<void> {
  await page.goto(`/oauth/authorize?${request}`);
  await signUp(page, person);
}

async function expectAnswer(page: Page): Promise<void> {
  await page.waitForURL(callback);
  const posted = JSON.parse(await page.locator('body').innerText()) as Record<string, string>;
  expect(posted).toEqual({
    code: expect.stringMatching(/^pc_ac_/),
    state: 'a "b" & <c>',
    iss: stage.runtime.url,
  });
}

test('an answer in a form posts itself to the client', async () => {
  const { context, page, faults } = await stage.visit();
  await receive(context);
  await signUpOnTheWay(page, newPerson());
  await expectAnswer(page);
  await page.goto(`/oauth/authorize?${request}`);
  await expectAnswer(page);
  expect(faults).toEqual([]);
  await context.close();
});

test('without JavaScript it waits for its button', async () => {
  const { context, page, faults } = await stage.visit({ javaScriptEnabled: false });
  await receive(context);
  await signUpOnTheWay(page, newPerson());
  await page.getByText('client.test').waitFor();
  await page.getByRole('button', { name: 'Continue' }).click();
  await expectAnswer(page);
  expect(faults).toEqual([]);
  await context.close();
});
