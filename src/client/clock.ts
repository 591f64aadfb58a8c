/**
 * Says whether a time from now has passed. Either of two clocks is believed: people set that of the device, and the
 * steady one stands still in some sleeping laptops.
 */
export function timer(milliseconds: number): () => boolean {
  const [wall, steady] = [Date.now() + milliseconds, performance.now() + milliseconds];
  return () => Date.now() >= wall || performance.now() >= steady;
}

export const sleep = (milliseconds: number): Promise<void> =>
  new Promise((resolve) => setTimeout(resolve, milliseconds));
