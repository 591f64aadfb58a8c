/** How long a request waits for what another one fetches before it fetches for itself. */
const PATIENCE_MILLISECONDS = 2_000;

/**
 * Makes callers that come while a `load` is under way share its result. The request that started it may be
 * cancelled, and its promise then never settles: so nobody waits for another's load without end.
 */
export function singleFlight<T>(load: () => Promise<T>): () => Promise<T> {
  let flight: Promise<T> | undefined;
  const start = (): Promise<T> => {
    const started = load().finally(() => {
      if (flight === started) flight = undefined;
    });
    flight = started;
    return started;
  };
  return async () => {
    if (!flight) return start();
    const waiting = new AbortController();
    try {
      const impatient = scheduler.wait(PATIENCE_MILLISECONDS, { signal: waiting.signal }).then(start);
      return await Promise.race([flight, impatient]);
    } finally {
      waiting.abort();
    }
  };
}
