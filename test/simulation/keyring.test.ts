import { expect, it } from 'vitest';
import { checks } from './keyring/checks.ts';
import { keyringMutants } from './keyring-mutants.ts';
import { loadYear } from './load.ts';

const YEARS = 100;
const PARTS = 4;
const MUTANT_YEARS = 150;

const simulate = await loadYear();
const counts = new Map<string, number>();
const count = (what: string): void => {
  counts.set(what, (counts.get(what) ?? 0) + 1);
};

it.each(Array.from({ length: PARTS }, (_, part) => part * (YEARS / PARTS) + 1))(
  'every promise about keys holds in the years from %i on',
  (first) => {
    for (let seed = first; seed < first + YEARS / PARTS; seed += 1) {
      const failure = simulate(seed, count);
      if (failure) throw new Error(`${failure.message}\nnode test/simulation/keyring-main.ts --seed ${seed}`);
    }
  },
);

// A promise about something that never happens is worth nothing.
it.each([
  'a token is signed with ES256',
  'a token is signed with RS256',
  'a token is signed with EdDSA',
  'an algorithm is added',
  'an algorithm is removed',
  'another period is deployed',
  'another token lifetime is deployed',
  'a deployment is taken back',
  'an alarm is late',
  'an alarm comes twice',
  'an alarm out of turn',
  'the object crashes',
  'the object is away',
  'an isolate asks the object',
  'an isolate refuses to sign',
  'a put fails',
  'a put is not acknowledged',
  'KV is away',
  'KV takes no writes',
  'nobody comes for a long time',
  'rotate now',
  'a next key leaks',
  'a active key leaks',
  'a retired key leaks',
  'a key that every cache knows takes the place of one that leaked',
  'a key takes over before its margin in an emergency',
  'nothing is left to sign with',
  'a cache is excused',
  'an answer comes too late to be taken',
  'a revoked key signs within the bound',
])('the years have plenty of: %s', (what) => {
  expect(counts.get(what) ?? 0).toBeGreaterThan(20);
});

it('the same seed is the same year', () => {
  const tell = (seed: number): string[] => {
    const lines: string[] = [];
    simulate(seed, undefined, (line) => lines.push(line));
    return lines;
  };
  expect(tell(3)).toEqual(tell(3));
  expect(tell(3)).not.toEqual(tell(4));
});

it.each(keyringMutants.map((mutant) => [mutant.name, mutant] as const))(
  'notices that %s',
  async (_, mutant) => {
    const changed = await loadYear(mutant);
    for (let seed = 1; seed <= MUTANT_YEARS; seed += 1) {
      const failure = changed(seed);
      if (!failure) continue;
      // A change that merely breaks the program would prove nothing.
      expect(checks).toContain(failure.check);
      return;
    }
    expect.unreachable(`${MUTANT_YEARS} years did not notice`);
  },
);
