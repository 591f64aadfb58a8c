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
