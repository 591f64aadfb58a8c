/**
 * Waits for as long as something happens at least every so many milliseconds. Of the ways to wait in workerd the cheapest:
 * an AbortSignal or scheduler.wait costs every request more.
 */
export function patience(milliseconds: number) {
  let timer: number | null = null;
  let end: (() => void) | undefined;
  const over = new Promise<undefined>((resolve) => {
    end = () => resolve(undefined);
    timer = setTimeout(end, milliseconds);
  });
  return {
    /** Resolves when nothing has happened for too long. */
    over,
    /** Something happened. */
    renew(): void {
      if (!end) return;
      clearTimeout(timer);
      timer = setTimeout(end, milliseconds);
    },
    stop(): void {
      end = undefined;
      clearTimeout(timer);
    },
  };
}

/** What the promise brings, or undefined when it brings nothing within so many milliseconds. */
export async function inTime<T>(value: Promise<T>, milliseconds: number): Promise<T | undefined> {
  const { over, stop } = patience(milliseconds);
  try {
    return await Promise.race([value, over]);
  } finally {
    stop();
  }
}
