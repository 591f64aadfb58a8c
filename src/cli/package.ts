import { execFile } from 'node:child_process';
import { readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { build } from 'esbuild';
import { root } from './wrangler.ts';

// What `npm pack` runs first: the entry points that a browser app and a resource server import, as JavaScript with types.
// Node takes no TypeScript from node_modules. Inside the project everything is imported as source, and nothing needs this.

const folders = {
  client: ['index.ts', 'gate.ts', 'react.tsx'],
  verify: ['index.ts', 'hono.ts'],
};

/** An import of a source file, as it stands in a declaration. Beside those there is no source to resolve to. */
const sourceImport = /((?:from |import\()['"]\.{1,2}\/[\w./-]+)\.tsx?(['"])/g;

async function declarations(source: string, output: string): Promise<void> {
  const compiler = join(root, 'node_modules/.bin', process.platform === 'win32' ? 'tsc.cmd' : 'tsc');
  const types = ['--noEmit', 'false', '--declaration', '--emitDeclarationOnly', '--outDir', output];
  await promisify(execFile)(compiler, ['-p', source, '--rootDir', source, ...types], {
    shell: process.platform === 'win32',
  });
  for (const name of await readdir(output, { recursive: true })) {
    if (!name.endsWith('.d.ts')) continue;
    const path = join(output, name);
    await writeFile(path, (await readFile(path, 'utf8')).replaceAll(sourceImport, '$1.js$2'));
  }
}

for (const [folder, entries] of Object.entries(folders)) {
  const source = join(root, 'src', folder);
  const output = join(root, 'dist', folder);
  await rm(output, { recursive: true, force: true });
  await build({
    entryPoints: entries.map((entry) => join(source, entry)),
    outdir: output,
    bundle: true,
    // What the entry points share is there once, and what one of them loads on demand stays a file of its own.
    splitting: true,
    packages: 'external',
    format: 'esm',
    // What Node 20 reads, and browsers of the last years.
    target: 'es2022',
    logLevel: 'warning',
  });
  await declarations(source, output);
}
