import { expect, it } from 'vitest';
import { load } from './load.ts';
import { checks } from './model/checks.ts';
import { mutants } from './mutants.ts';

/** The slowest takes about 2,000. */
const SCHEDULES = 5_000;

it.each(mutants.map((mutant) => [mutant.name, mutant] as const))('notices that %s', async (_, mutant) => {
  const simulate = await load(mutant);
  for (let seed = 1; seed <= SCHEDULES; seed += 1) {
    const failure = simulate(seed);
    if (!failure) continue;
    // A change that merely breaks the program would prove nothing.
    expect(Object.keys(checks)).toContain(failure.check);
    return;
  }
  expect.unreachable(`${SCHEDULES} schedules did not notice`);
});

it('notices nothing when nothing was changed', async () => {
  const unchanged = 'export function decide(';
  const simulate = await load({
    name: 'no change',
    file: 'src/core/family/rule.ts',
    find: unchanged,
    replace: unchanged,
  });
  for (let seed = 1; seed <= SCHEDULES; seed += 1) expect(simulate(seed)).toBeUndefined();
});

it('refuses a change that has lost its place', async () => {
  const lost = { name: 'lost', file: 'src/core/family/rule.ts', find: 'is not there', replace: '' };
  await expect(load(lost)).rejects.toThrow('found 0 times');
});
