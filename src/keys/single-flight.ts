/** How long a request waits for what another one fetches before one of those that wait fetches anew. */
const PATIENCE_MILLISECONDS = 2_000;

/**
 * Makes callers that come while a `load` is under way share its result. The request that started it may be
 * cancelled, and its promise then never settles: so nobody waits for another's load without end. Of many that lose
 * patience together, one starts the next load.
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
    while (flight) {
      const shared: Promise<T> = flight;
      const waiting = new AbortController();
      try {
        const patience = scheduler
          .wait(PATIENCE_MILLISECONDS, { signal: waiting.signal })
          .then(() => undefined);
        const landed = await Promise.race([shared.then((value) => ({ value })), patience]);
        if (landed) return landed.value;
      } finally {
        waiting.abort();
      }
      if (flight === shared) break;
    }
    return start();
  };
}
