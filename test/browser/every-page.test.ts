import { readdirSync, readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import type { Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { root } from '../../src/cli/wrangler.ts';
import { type StateName, states } from '../pages/states.ts';
import { inEveryLook, overflow, sizes, violations } from './accessibility.ts';
import { everyPage, type Ground, setGround } from './every-page.ts';
import { tabThrough } from './keyboard.ts';
import { takePicture } from './screenshot.ts';
import { type Weight, weigh } from './weight.ts';

const MAXIMUM_BYTES = 30 * 1024;

let ground: Ground;
/** Looks at pictures. */
let viewer: Page;
let icon: Weight;
const weights: Record<string, Weight & { icon: number }> = {};

beforeAll(async () => {
  ground = await setGround();
  viewer = await ground.visitor.newPage();
  const tab = await ground.visitor.newPage();
  const weight = await weigh(tab);
  await tab.goto('/');
  await tab.goto((await tab.locator('link[rel=icon]').getAttribute('href')) ?? '');
  icon = await weight();
  await tab.close();
}, 120_000);
afterAll(async () => {
  console.table(weights);
  await ground?.stage.close();
});

test('no page is left out', () => {
  const folder = join(root, 'src/pages');
  const components = readdirSync(folder)
    .filter((file) => file.endsWith('.tsx'))
    .flatMap((file) => [
      ...readFileSync(join(folder, file), 'utf8').matchAll(/export const ([A-Z]\w*Page)\b/g),
    ])
    .map(([, name]) => name);
  expect(Object.keys(states).sort()).toEqual(components.sort());
  expect(Object.keys(everyPage).sort()).toEqual(Object.values(states).flat().sort());
  // The one with a script has tests of its own: test/pages/form-post.test.tsx.
  const rendered = readFileSync(join(root, 'test/pages/every-page.tsx'), 'utf8');
  expect(components.filter((name) => !rendered.includes(`<${name}`))).toEqual(['FormPostPage']);
});

describe.each(Object.keys(everyPage) as StateName[])('%s', (name) => {
  const slug = name.replace(/[^a-z]+/g, '-');
  const faults: string[] = [];
  let page: Page;
  let weight: () => Promise<Weight>;
  beforeAll(async () => {
    const { who, go } = everyPage[name];
    page = await ground[who].newPage();
    page.on('console', (message) => {
      if (message.type() === 'error' || message.type() === 'warning') faults.push(message.text());
    });
    page.on('pageerror', (error) => faults.push(String(error)));
    weight = await weigh(page);
    await page.setViewportSize(sizes.phone);
    await go(page, ground);
    await page.getByRole('heading', { level: 1 }).waitFor();
  });
  afterAll(() => page.close());

  test('weighs at most 30 KiB with its stylesheet and icon, even where nothing compresses', async () => {
    const { document, stylesheet, sum, gzip } = await weight();
    expect(Math.min(document, stylesheet, icon.sum)).toBeGreaterThan(200);
    const all = { document, stylesheet, icon: icon.sum, sum: sum + icon.sum, gzip: gzip + icon.gzip };
    weights[name] = all;
    expect(all.sum).toBeLessThanOrEqual(MAXIMUM_BYTES);
  });

  test('has a picture in each scheme at each size, and breaks no rule of axe there', async () => {
    const broken: string[] = [];
    const brightness: Record<string, number> = {};
    await inEveryLook(page, async (size, scheme) => {
      const look = `${slug}-${size}-${scheme}`;
      const picture = await takePicture(page, look, viewer);
      expect(statSync(picture.path).size).toBeGreaterThan(4096);
      expect(picture.colours, look).toBeGreaterThan(50);
      brightness[scheme] = picture.brightness;
      const isFirst = size === 'phone' && scheme === 'light';
      for (const found of await violations(page, isFirst)) broken.push(`${look}: ${found}`);
    });
    expect(broken).toEqual([]);
    expect(brightness.light).toBeGreaterThan(160);
    expect(brightness.dark).toBeLessThan(90);
  });

  test('fits into a narrow window, with large text, and from right to left', async () => {
    await page.setViewportSize({ width: 320, height: 640 });
    expect(await overflow(page), 'at 320px').toEqual([]);
    await page.evaluate(() => document.documentElement.setAttribute('dir', 'rtl'));
    expect(await overflow(page), 'at 320px, right to left').toEqual([]);
    await page.setViewportSize(sizes.desktop);
    expect(await overflow(page), 'right to left').toEqual([]);
    await page.evaluate(() => {
      document.documentElement.setAttribute('dir', 'ltr');
      document.documentElement.style.fontSize = '200%';
    });
    expect(await overflow(page), 'with text of 200%').toEqual([]);
    await page.setViewportSize(sizes.phone);
    expect(await overflow(page), 'on a phone with text of 200%').toEqual([]);
    await page.evaluate(() => document.documentElement.style.removeProperty('font-size'));
  });

  test('lets Tab reach everything in the order of reading, and shows where it is', async () => {
    await page.setViewportSize(sizes.phone);
    await tabThrough(page);
    await page.setViewportSize(sizes.desktop);
    await tabThrough(page);
  });

  test('has its browser complain of nothing', () => {
    // The answer is an error's, or the client's that stays where it is.
    expect(faults.filter((fault) => !/status of [45]/.test(fault))).toEqual([]);
  });
});
