import { readFile } from 'node:fs/promises';
import { dirname, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { build } from 'esbuild';
import type { SimulateYear } from './keyring/checks.ts';
import type { KeyringMutant } from './keyring-mutants.ts';

const root = resolve(dirname(fileURLToPath(import.meta.url)), '../..');

/**
 * The year with the plan, the policy and the copies it runs, as one module; or the same with one change.
 * @throws Error when what is to be changed is not there exactly once
 */
export async function loadYear(mutant?: KeyringMutant): Promise<SimulateYear> {
  const path = mutant && resolve(root, mutant.file);
  const contents = mutant && path && changed(mutant, await readFile(path, 'utf8'));
  const { outputFiles } = await build({
    entryPoints: [resolve(root, 'test/simulation/keyring/year.ts')],
    bundle: true,
    write: false,
    format: 'esm',
    target: 'es2024',
    plugins: [
      {
        name: 'mutant',
        setup: ({ onLoad }) =>
          onLoad({ filter: /\.ts$/ }, (file) =>
            file.path === path && contents !== undefined ? { contents, loader: 'ts' } : undefined,
          ),
      },
    ],
  });
  const code = Buffer.from(outputFiles[0]?.contents ?? []).toString('base64');
  const module = (await import(`data:text/javascript;base64,${code}`)) as { simulateYear: SimulateYear };
  return module.simulateYear;
}

function changed({ name, file, find, replace }: KeyringMutant, source: string): string {
  const found = source.split(find).length - 1;
  if (found !== 1) throw new Error(`${name}: found ${found} times in ${file}: ${find}`);
  return source.replace(find, () => replace);
}
