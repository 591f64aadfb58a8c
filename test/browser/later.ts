import type { BrowserContext, Page } from 'playwright-core';

declare global {
  interface Window {
    /** Turns the clock of this page. @param milliseconds back if they are negative */
    turnClock(milliseconds: number): void;
  }
}

/** Gives the pages of a browser a clock that can be turned; what has been asked of the real one stays. */
export const turnableClock = (context: BrowserContext): Promise<unknown> =>
  context.addInitScript(() => {
    const now = Date.now.bind(Date);
    let ahead = 0;
    Date.now = () => now() + ahead;
    window.turnClock = (milliseconds) => {
      ahead += milliseconds;
    };
  });

/** Turns the clock of all pages, then clicks the same button in all of them in the same moment. */
export async function clickAtOnce(pages: readonly Page[], id: string, milliseconds: number): Promise<void> {
  const ready = pages.map((page) =>
    page.evaluate(
      ([target, ahead, button]) => {
        const left = Number(target) - Date.now();
        window.turnClock(Number(ahead));
        setTimeout(() => document.getElementById(String(button))?.click(), left);
      },
      [Date.now() + 1000, milliseconds, id] as const,
    ),
  );
  await Promise.all(ready);
}
