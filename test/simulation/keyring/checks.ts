export const checks = [
  'no token is signed by a key that some cache does not hold',
  'every token verifies until it expires, everywhere',
  'a revoked key is gone within the bound',
  'one key signs',
] as const;
export type Check = (typeof checks)[number];

export class Violation extends Error {
  readonly check: Check;
  constructor(check: Check, detail: string) {
    super(`${check}: ${detail}`);
    this.check = check;
  }
}

/** Plays the year of one seed, and says what went wrong, if anything. */
export type SimulateYear = (
  seed: number,
  count?: (what: string) => void,
  trace?: (line: string) => void,
) => { check: Check | 'an exception'; message: string } | undefined;
