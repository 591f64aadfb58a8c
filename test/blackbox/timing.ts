/**
 * How well one could tell which of two groups a duration is from: the probability that one of the second group took longer
 * than one of the first (the area under the ROC curve, Mann-Whitney U / nm). 0.5 is not at all.
 */
export function distinguishability(first: readonly number[], second: readonly number[]): number {
  let wins = 0;
  for (const one of first) {
    for (const other of second) wins += other > one ? 1 : other === one ? 0.5 : 0;
  }
  return wins / (first.length * second.length);
}

/** Its standard deviation where both groups are alike. */
export const chanceOf = (first: number, second: number): number =>
  Math.sqrt((first + second + 1) / (12 * first * second));

/** Runs tasks in this order, so many at a time. */
export async function inOrder<T>(tasks: readonly (() => Promise<T>)[], atOnce: number): Promise<T[]> {
  const results: T[] = [];
  const waiting = tasks.entries();
  const worker = async () => {
    for (const [index, task] of waiting) results[index] = await task();
  };
  await Promise.all(Array.from({ length: atOnce }, worker));
  return results;
}
