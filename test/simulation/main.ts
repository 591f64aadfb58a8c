import { parseArgs } from 'node:util';
import { load } from './load.ts';
import type { Simulate } from './model/checks.ts';
import { mutants } from './mutants.ts';

const usage = `npm run simulate -- [options]
  --seed N           the story of one schedule, 1 by default; exit code 1 if it fails
  --schedules N      so many of them, from that seed on, until one fails
  --mutant NAME      with a change, until it is noticed
  --mutants          all changes, and how many schedules each takes to be noticed`;

const MUTANT_SCHEDULES = 10_000;

/** @returns the first seed that fails */
function search(simulate: Simulate, first: number, schedules: number): number | undefined {
  for (let seed = first; seed < first + schedules; seed += 1) {
    if (simulate(seed)) return seed;
  }
  return undefined;
}

/** @returns whether it went well */
function tell(simulate: Simulate, seed: number): boolean {
  const failure = simulate(seed, undefined, console.log);
  console.log(failure ? `\nseed ${seed} fails. ${failure.message}` : '\nevery promise was kept');
  return !failure;
}

async function main(): Promise<boolean> {
  const { values } = parseArgs({
    options: {
      seed: { type: 'string', default: '1' },
      schedules: { type: 'string' },
      mutant: { type: 'string' },
      mutants: { type: 'boolean' },
    },
  });
  const seed = Number(values.seed);
  const schedules = Number(values.schedules ?? 1);
  if (!Number.isSafeInteger(seed) || !Number.isSafeInteger(schedules)) throw new TypeError('not a number');

  if (values.mutants) {
    for (const mutant of mutants) {
      const noticed = search(await load(mutant), seed, MUTANT_SCHEDULES);
      const after = noticed === undefined ? 'never' : String(noticed - seed + 1);
      console.log(`${after.padStart(6)}  ${mutant.name}`);
    }
    return true;
  }
  if (values.mutant !== undefined) {
    const mutant = mutants.find(({ name }) => name === values.mutant);
    if (!mutant) throw new TypeError(`no mutant ${values.mutant}`);
    const simulate = await load(mutant);
    return tell(simulate, search(simulate, seed, MUTANT_SCHEDULES) ?? seed);
  }

  const simulate = await load();
  if (schedules === 1) return tell(simulate, seed);
  const startedAt = performance.now();
  const failed = search(simulate, seed, schedules);
  if (failed !== undefined) return tell(simulate, failed);
  const perSecond = Math.round((schedules / (performance.now() - startedAt)) * 1000);
  console.log(`${schedules} schedules, ${perSecond} a second: every promise was kept`);
  return true;
}

try {
  if (!(await main())) process.exitCode = 1;
} catch (error) {
  if (!(error instanceof TypeError)) throw error;
  console.error(`${error.message}\n\n${usage}`);
  process.exitCode = 2;
}
