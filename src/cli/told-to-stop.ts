/** Says when this process is told to end: by Ctrl-C, or by the end of the npm that started it. */
export function toldToStop(): { signal: AbortSignal } & Disposable {
  const told = new AbortController();
  const stop = () => told.abort();
  const signals = ['SIGINT', 'SIGTERM', 'SIGHUP'] as const;
  for (const name of signals) process.on(name, stop);
  // npm hands SIGTERM to the shell between it and this process, and the shell keeps it; that it is gone is the sign.
  const parent = process.ppid;
  const orphaned = setInterval(() => process.ppid !== parent && stop(), 500);
  if (!process.env.npm_lifecycle_event) clearInterval(orphaned);
  return {
    signal: told.signal,
    [Symbol.dispose]() {
      clearInterval(orphaned);
      for (const name of signals) process.off(name, stop);
    },
  };
}

/** Resolves when the signal is given. */
export const aborted = (signal: AbortSignal): Promise<void> =>
  new Promise((resolve) => {
    if (signal.aborted) resolve();
    signal.addEventListener('abort', () => resolve(), { once: true });
  });
