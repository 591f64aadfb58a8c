/** What the promise brings, or undefined when it brings nothing within so many milliseconds. */
export async function inTime<T>(value: Promise<T>, milliseconds: number): Promise<T | undefined> {
  const waiting = new AbortController();
  try {
    const timeout = scheduler.wait(milliseconds, { signal: waiting.signal }).then(() => undefined);
    return await Promise.race([value, timeout]);
  } finally {
    waiting.abort();
  }
}
