import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import type { AxeResults, RunOptions } from 'axe-core';
import type { Page } from 'playwright-core';

const source = readFileSync(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8');

const everyRule: RunOptions = {
  runOnly: {
    type: 'tag',
    values: ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'wcag22aa', 'best-practice'],
  },
};
/** Those whose outcome depends on the scheme or the size of the window. */
const ofTheLook: RunOptions = { runOnly: { type: 'rule', values: ['color-contrast', 'target-size'] } };

export const schemes = ['light', 'dark'] as const;
export const sizes = {
  phone: { width: 360, height: 740 },
  desktop: { width: 1280, height: 800 },
} as const;

/** The page as it is in every window that it is looked at in. */
export async function inEveryLook(
  page: Page,
  look: (size: keyof typeof sizes, scheme: (typeof schemes)[number]) => Promise<void>,
): Promise<void> {
  for (const size of ['phone', 'desktop'] as const) {
    await page.setViewportSize(sizes[size]);
    for (const colorScheme of schemes) {
      await page.emulateMedia({ colorScheme, reducedMotion: 'reduce' });
      await look(size, colorScheme);
    }
  }
}

/**
 * What axe has against the page. It comes in as the debugger's script: the page's policy, which stays as it is, would
 * let in no other.
 */
export async function violations(page: Page, thorough: boolean): Promise<string[]> {
  if (!(await page.evaluate(() => 'axe' in globalThis))) await page.evaluate(source);
  const results = await page.evaluate(
    (options) =>
      (globalThis as unknown as { axe: { run(options: RunOptions): Promise<AxeResults> } }).axe.run(options),
    // Frames are other sites' pages.
    {
      ...(thorough ? everyRule : ofTheLook),
      iframes: false,
      preload: false,
      resultTypes: ['violations', 'incomplete'],
    } satisfies RunOptions,
  );
  // Where it cannot tell what is behind a text, it says nothing against it: every page must let it tell. It never can
  // in a picture; the colours of that one are held to their contrast by test/pages/stylesheet.test.ts.
  const untold = results.incomplete
    .filter(({ id }) => id === 'color-contrast')
    .map((result) => ({ ...result, nodes: result.nodes.filter(({ html }) => !html.startsWith('<text')) }));
  return [...results.violations, ...untold].flatMap(({ id, nodes }) =>
    nodes.map(({ html, failureSummary }) => `${id}: ${html}\n${failureSummary}`),
  );
}

/** The texts that do not fit into the width of the window, and by how much the page scrolls sideways, if it does. */
export const overflow = (page: Page): Promise<string[]> =>
  page.evaluate(() => {
    const root = document.documentElement;
    const sideways = root.scrollWidth - root.clientWidth;
    const cut = [...document.body.querySelectorAll('*')].filter((element) => {
      const isText = [...element.childNodes].some((node) => node.nodeType === 3 && node.textContent?.trim());
      if (!isText || element.closest('.unseen, svg') || !element.checkVisibility()) return false;
      const { left, right } = element.getBoundingClientRect();
      return left < -0.5 || right > root.clientWidth + 0.5;
    });
    return [
      ...(sideways > 0 ? [`scrolls sideways by ${sideways}px`] : []),
      ...cut.map((element) => `does not fit: ${element.outerHTML.slice(0, 100)}`),
    ];
  });
