import { execFile } from 'node:child_process';
import { readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { build } from 'esbuild';
import { root } from './wrangler.ts';

// What `npm pack` runs first: the entry points that a resource server imports, as JavaScript with types. Node takes no
// TypeScript from node_modules. Inside the project everything is imported as source, and nothing needs this.

const entries = ['index', 'hono'];
const source = join(root, 'src/verify');
const output = join(root, 'dist/verify');

await rm(output, { recursive: true, force: true });
await build({
  entryPoints: entries.map((entry) => join(source, `${entry}.ts`)),
  outdir: output,
  bundle: true,
  splitting: true,
  packages: 'external',
  format: 'esm',
  // What Node 20 reads.
  target: 'es2022',
  logLevel: 'warning',
});
const compiler = join(root, 'node_modules/.bin', process.platform === 'win32' ? 'tsc.cmd' : 'tsc');
const types = ['--noEmit', 'false', '--declaration', '--emitDeclarationOnly', '--outDir', output];
await promisify(execFile)(compiler, ['-p', source, ...types], { shell: process.platform === 'win32' });
for (const name of await readdir(output)) {
  if (!name.endsWith('.d.ts')) continue;
  const path = join(output, name);
  // Beside them there is no .ts to resolve to.
  await writeFile(path, (await readFile(path, 'utf8')).replaceAll(/(from '\.\/[\w-]+)\.ts'/g, "$1.js'"));
}
