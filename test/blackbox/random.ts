/** Random numbers that a seed repeats (mulberry32). */
export interface Random {
  /** 0 up to, but not including, `end`. */
  below(end: number): number;
  /** One of them. */
  of<T>(values: readonly T[]): T;
  /** True this often: 0 to 1. */
  chance(probability: number): boolean;
}

export function seeded(seed: number): Random {
  let state = seed >>> 0;
  const next = (): number => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
  const below = (end: number): number => Math.floor(next() * end);
  return {
    below,
    of<T>(values: readonly T[]): T {
      return values[below(values.length)] as T;
    },
    chance: (probability) => next() < probability,
  };
}

/** PORTCULLIS_SEED, or a new one. Print it: it makes the run again. */
export const seed = (): number => Number(process.env.PORTCULLIS_SEED ?? Math.floor(Math.random() * 2 ** 32));
