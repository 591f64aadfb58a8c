import { join } from 'node:path';
import type { Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { root } from '../../src/cli/wrangler.ts';
import type { StateName } from '../pages/states.ts';
import { startIssuer } from '../runtime/issuer.ts';
import { inEveryLook, overflow, sizes, violations } from './accessibility.ts';
import { everyPage, type Ground, setGround } from './every-page.ts';
import { takePicture } from './screenshot.ts';
import { type Stage, setStage } from './stage.ts';

// Longer words, and the other direction, where there is most on a page.
const states: StateName[] = [
  'start',
  'sign in, error',
  'sign up, error in password',
  'consent',
  'account',
  'profile, errors',
  'passkeys',
  'sign out, everywhere',
  'device confirm',
  'error, bad request',
  'refusal, not for you',
  'gate sign out',
];

/** Looks at the page in every window and scheme, and takes its pictures. @returns what is wrong with it */
async function faultsOf(page: Page, viewer: Page, slug: string): Promise<string[]> {
  const found: string[] = [];
  await inEveryLook(page, async (size, scheme) => {
    const look = `${slug}-${size}-${scheme}`;
    await takePicture(page, look, viewer);
    for (const one of await violations(page, size === 'phone' && scheme === 'light'))
      found.push(`${look}: ${one}`);
    for (const one of await overflow(page)) found.push(`${look} overflows: ${one}`);
  });
  await page.setViewportSize({ width: 320, height: 640 });
  for (const one of await overflow(page)) found.push(`${slug} overflows at 320px: ${one}`);
  return found;
}

describe('in another language', () => {
  let ground: Ground;
  let viewer: Page;
  beforeAll(async () => {
    ground = await setGround();
    viewer = await ground.visitor.newPage();
  }, 120_000);
  afterAll(() => ground?.stage.close());

  describe.each([
    ['de', 'ltr'],
    ['he', 'rtl'],
  ])('%s', (language, direction) => {
    test.each(states)('%s is whole, and breaks no rule of axe', async (name) => {
      const { who, go } = everyPage[name];
      const page = await ground[who].newPage();
      await page.setExtraHTTPHeaders({ 'Accept-Language': language });
      await page.setViewportSize(sizes.phone);
      await go(page, ground);
      const html = page.locator('html');
      expect([await html.getAttribute('lang'), await html.getAttribute('dir')]).toEqual([
        language,
        direction,
      ]);
      const slug = `${language}-${name.replace(/[^a-z]+/g, '-')}`;
      expect(await faultsOf(page, viewer, slug)).toEqual([]);
      await page.close();
    });
  });
});

describe('with a look of the operator’s own', () => {
  let stage: Stage;
  beforeAll(async () => {
    const worker = join(root, 'test/workers/pages.ts');
    stage = await setStage(() =>
      startIssuer({ worker, bindings: { NOBODY_URL: 'http://127.0.0.1:9', OWN_LOOK: 'yes' } }),
    );
  }, 120_000);
  afterAll(() => stage?.close());

  test.each([
    ['sign-in', '/signin'],
    ['start', '/'],
  ])('%s shows the logo, and breaks no rule of axe', async (slug, path) => {
    const { context, page, faults } = await stage.visit();
    const viewer = await context.newPage();
    await page.goto(path);
    const width = () => page.locator('img.logo').evaluate((image: HTMLImageElement) => image.naturalWidth);
    expect(await width()).toBeGreaterThan(0);
    expect(await page.locator('footer a').allTextContents()).toEqual(['Privacy', 'Terms', 'Support']);
    expect(await faultsOf(page, viewer, `own-look-${slug}`)).toEqual([]);
    expect(faults).toEqual([]);
    await context.close();
  });
});
