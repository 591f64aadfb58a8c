import { readFile } from 'node:fs/promises';
import { dirname, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { build } from 'esbuild';
import type { Simulate } from './model/checks.ts';

/** One change in one place of what the simulation runs. */
export interface Mutant {
  name: string;
  /** From the root of the repository. */
  file: string;
  find: string;
  replace: string;
}

const root = resolve(dirname(fileURLToPath(import.meta.url)), '../..');

/**
 * The simulation, with the rule and the transactions it runs, as one module; or the same with one change.
 * @throws Error when what is to be changed is not there exactly once
 */
export async function load(mutant?: Mutant): Promise<Simulate> {
  const changed = mutant && { path: resolve(root, mutant.file), contents: await change(mutant) };
  const { outputFiles } = await build({
    entryPoints: [resolve(root, 'test/simulation/model/simulate.ts')],
    bundle: true,
    write: false,
    format: 'esm',
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
  const module = (await import(`data:text/javascript;base64,${code}`)) as { simulate: Simulate };
  return module.simulate;
}

async function change({ name, file, find, replace }: Mutant): Promise<string> {
  const source = await readFile(resolve(root, file), 'utf8');
  const found = source.split(find).length - 1;
  if (found !== 1) throw new Error(`${name}: found ${found} times in ${file}: ${find}`);
  return source.replace(find, () => replace);
}
