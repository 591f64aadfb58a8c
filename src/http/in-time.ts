/**
 * Waits so many milliseconds. Of the ways to wait in workerd the cheapest: an AbortSignal or scheduler.wait costs every
 * request more.
 */
export function patience(milliseconds: number) {
  let timer: number | null = null;
  const over = new Promise<undefined>((resolve) => {
    timer = setTimeout(() => resolve(undefined), milliseconds);
  });
  return {
    /** Resolves when the time is over. */
    over,
    stop: () => clearTimeout(timer),
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
