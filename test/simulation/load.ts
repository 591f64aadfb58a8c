import { readFile } from 'node:fs/promises';
import { dirname, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { build } from 'esbuild';
import type { SimulateYear } from './keyring/checks.ts';
import type { Simulate } from './model/checks.ts';

/** One change in one place of what a simulation runs. */
export interface Mutant {
  name: string;
  /** From the root of the repository. */
  file: string;
  find: string;
  replace: string;
}

const root = resolve(dirname(fileURLToPath(import.meta.url)), '../..');

/**
 * A simulation, with what it runs of the source, as one module; or the same with one change.
 * @throws Error when what is to be changed is not there exactly once
 */
async function loadModule<Module>(entry: string, mutant?: Mutant): Promise<Module> {
  const changed = mutant && { path: resolve(root, mutant.file), contents: await change(mutant) };
  const { outputFiles } = await build({
    entryPoints: [resolve(root, 'test/simulation', entry)],
    bundle: true,
    write: false,
    format: 'esm',
    // What the object knows of a request's context is kept by node:async_hooks.
    platform: 'node',
    target: 'es2024',
    plugins: [
      {
        name: 'mutant',
        setup: ({ onLoad }) =>
          onLoad({ filter: /\.ts$/ }, ({ path }) =>
            path === changed?.path ? { contents: changed.contents, loader: 'ts' } : undefined,
          ),
      },
    ],
  });
  const code = Buffer.from(outputFiles[0]?.contents ?? []).toString('base64');
  return (await import(`data:text/javascript;base64,${code}`)) as Module;
}

async function change({ name, file, find, replace }: Mutant): Promise<string> {
  const source = await readFile(resolve(root, file), 'utf8');
  const found = source.split(find).length - 1;
  if (found !== 1) throw new Error(`${name}: found ${found} times in ${file}: ${find}`);
  return source.replace(find, () => replace);
}

/** The families: the rule and the transactions that apply it. */
export const load = async (mutant?: Mutant): Promise<Simulate> =>
  (await loadModule<{ simulate: Simulate }>('model/simulate.ts', mutant)).simulate;

/** A year of the key ring: the plan, the policy and the copies. */
export const loadYear = async (mutant?: Mutant): Promise<SimulateYear> =>
  (await loadModule<{ simulateYear: SimulateYear }>('keyring/year.ts', mutant)).simulateYear;
