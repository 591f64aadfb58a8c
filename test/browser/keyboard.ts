import type { Page } from 'playwright-core';
import { expect, vi } from 'vitest';

/** Something that Tab stops at. */
interface Stop {
  /** What a person would call it. */
  name: string;
  /** Its place among everything that can be stopped at, in the order of the document; -1 for none. */
  index: number;
  top: number;
  bottom: number;
  start: number;
  end: number;
  /** The ring that shows where the focus is. */
  outline: { style: string; width: number; colour: string };
}

const focused = (page: Page): Promise<Stop> =>
  page.evaluate(() => {
    const element = document.activeElement ?? document.body;
    const stops = [...document.querySelectorAll<HTMLElement>('a[href], button, input, textarea')].filter(
      (one) => one.checkVisibility(),
    );
    const label = element instanceof HTMLInputElement || element instanceof HTMLTextAreaElement;
    const name = label ? element.labels?.[0]?.innerText : element.textContent;
    const { top, bottom, left, right } = element.getBoundingClientRect();
    const { outlineStyle: style, outlineWidth, outlineColor: colour } = getComputedStyle(element);
    return {
      name: (name ?? '').replace(/\s+/g, ' ').trim(),
      index: stops.indexOf(element as HTMLElement),
      ...{ top, bottom, start: left, end: right },
      outline: { style, width: Number.parseFloat(outlineWidth), colour },
    };
  });

/** Whoever cannot see where the focus is, is lost (WCAG 2.2, 2.4.7, 2.4.11). */
function isShown({ name, outline }: Stop): void {
  expect(outline.style, `the focus at "${name}"`).toBe('solid');
  expect(outline.width, `the focus at "${name}"`).toBeGreaterThanOrEqual(2);
  expect(outline.colour, `the focus at "${name}"`).not.toMatch(/transparent|, 0\)$/);
}

/** Where the focus is, once the page has scrolled there: that happens when it is painted next. */
async function stopAt(page: Page): Promise<Stop> {
  const height = page.viewportSize()?.height ?? 0;
  return vi.waitFor(async () => {
    const stop = await focused(page);
    if (stop.index < 0) return stop;
    expect(stop.bottom, `"${stop.name}" in the window`).toBeGreaterThan(0);
    expect(stop.top, `"${stop.name}" in the window`).toBeLessThan(height);
    return stop;
  });
}

/** Tab, until the control of this name has the focus, which is to be seen at each stop. */
export async function tabTo(page: Page, name: string): Promise<void> {
  const passed: string[] = [];
  for (let last = -1; ; ) {
    const stop = await stopAt(page);
    if (stop.index >= 0) isShown(stop);
    if (stop.name === name) return;
    // Round again: it is not there.
    if (stop.index < last) break;
    last = stop.index;
    passed.push(stop.name);
    await page.keyboard.press('Tab');
  }
  throw new Error(`Tab did not reach "${name}", only ${passed.join(', ')}`);
}

/** Tabs through all of a page: nothing is left out, holds the focus, or comes before what is read before it. */
export async function tabThrough(page: Page): Promise<void> {
  const all = await page.evaluate(() => {
    // To where the document begins, wherever the page has put the focus.
    document.body.tabIndex = -1;
    document.body.focus();
    document.body.removeAttribute('tabindex');
    scrollTo(0, 0);
    return [...document.querySelectorAll('a[href], button, input, textarea')].filter((one) =>
      one.checkVisibility(),
    ).length;
  });
  let previous: Stop | undefined;
  for (let index = 0; index < all; index++) {
    await page.keyboard.press('Tab');
    const stop = await stopAt(page);
    expect(stop.index, `the stop at "${stop.name}"`).toBe(index);
    isShown(stop);
    if (previous) await isReadAfter(page, previous, stop);
    previous = stop;
  }
  await page.keyboard.press('Tab');
  // Out of the page, or round to its beginning.
  expect((await focused(page)).index, 'the stop after the last').toBeLessThanOrEqual(0);
}

/** Below, or in the same row and further on. */
async function isReadAfter(page: Page, previous: Stop, stop: Stop): Promise<void> {
  // Tab may have scrolled: the two are compared as they are now.
  const moved = await page.evaluate(
    (at) =>
      [...document.querySelectorAll('a[href], button, input, textarea')]
        .filter((one) => one.checkVisibility())
        [at]?.getBoundingClientRect()
        .toJSON(),
    previous.index,
  );
  const isBelow = stop.top >= moved.bottom - 1;
  const isBeside = stop.bottom > moved.top && stop.start >= moved.right - 1;
  expect(isBelow || isBeside, `"${stop.name}" is read after "${previous.name}"`).toBe(true);
}
