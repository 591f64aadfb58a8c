import { parseArgs } from 'node:util';
import { keyringMutants } from './keyring-mutants.ts';
import { loadYear } from './load.ts';

const usage = `node test/simulation/keyring-main.ts [options]
  --seed N        the story of one year, 1 by default; exit code 1 if it fails
  --years N       so many of them, from that seed on, until one fails
  --mutants       every change, and how many years each takes to be noticed`;

const MUTANT_YEARS = 500;

async function main(): Promise<boolean> {
  const { values } = parseArgs({
    options: {
      seed: { type: 'string', default: '1' },
      years: { type: 'string' },
      mutants: { type: 'boolean' },
    },
  });
  const seed = Number(values.seed);
  const years = Number(values.years ?? 1);
  if (!Number.isSafeInteger(seed) || !Number.isSafeInteger(years)) throw new TypeError('not a number');
  if (values.mutants) {
    let all = true;
    for (const mutant of keyringMutants) {
      const simulate = await loadYear(mutant);
      let year = 1;
      while (year <= MUTANT_YEARS && !simulate(year)) year += 1;
      all &&= year <= MUTANT_YEARS;
      console.log(year <= MUTANT_YEARS ? `${String(year).padStart(5)}` : 'never', mutant.name);
    }
    return all;
  }
  const simulate = await loadYear();
  if (!values.years) {
    const failure = simulate(seed, undefined, console.log);
    console.log(failure ? `\n${failure.message}` : '\nevery promise was kept');
    return !failure;
  }
  for (let year = seed; year < seed + years; year += 1) {
    const failure = simulate(year);
    if (!failure) continue;
    console.log(`seed ${year}: ${failure.message}`);
    return false;
  }
  console.log(`${years} years, every promise was kept`);
  return true;
}

try {
  process.exitCode = (await main()) ? 0 : 1;
} catch (error) {
  console.error(error instanceof Error ? error.message : error, `\n\n${usage}`);
  process.exitCode = 2;
}
