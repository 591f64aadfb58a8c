import { createHash } from 'node:crypto';
import { existsSync } from 'node:fs';
import { mkdir, mkdtemp, readdir, readFile, rename, rm, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { text } from 'node:stream/consumers';
import { build } from 'esbuild';
import { buildDemo } from '../../src/cli/demo.ts';
import { exitCodeOf, root, spawnWrangler } from '../../src/cli/wrangler.ts';

const inputs = [
  'src',
  'examples/demo/app',
  'examples/demo/origin',
  'portcullis.config.ts',
  'wrangler.jsonc',
  'tsconfig.json',
  'tsconfig.base.json',
  'package-lock.json',
];

async function* filesUnder(path: string): AsyncGenerator<string> {
  if (!(await stat(path)).isDirectory()) return yield path;
  for (const name of (await readdir(path)).sort()) yield* filesUnder(join(path, name));
}

async function fingerprint(): Promise<string> {
  const hash = createHash('sha256');
  for (const input of inputs) {
    for await (const path of filesUnder(join(root, input))) {
      const contents = await readFile(path);
      hash.update(`${path} ${contents.length}\n`).update(contents);
    }
  }
  return hash.digest('hex').slice(0, 16);
}

/** Bundles a Worker for Miniflare. @returns the source of one module */
export async function bundle(entry: string): Promise<string> {
  const { outputFiles } = await build({
    entryPoints: [entry],
    bundle: true,
    write: false,
    format: 'esm',
    target: 'es2024',
    conditions: ['workerd', 'worker', 'browser'],
    external: ['cloudflare:*', 'node:*'],
    absWorkingDir: root,
    logLevel: 'silent',
  });
  return outputFiles[0]?.text ?? '';
}

/**
 * The Worker as `wrangler deploy` would upload it, and the demo's browser app. Made once for a state of the sources.
 * @returns the path of worker.js
 */
export async function buildWorker(): Promise<string> {
  const folder = join(root, '.wrangler/runtime');
  const finished = join(folder, await fingerprint());
  const script = join(finished, 'worker.js');
  await mkdir(folder, { recursive: true });
  // Test files run at once: the first one builds, the others wait for its lock and find the result.
  using lock = new DatabaseSync(join(folder, 'lock'), { timeout: 60_000 });
  lock.exec('BEGIN EXCLUSIVE');
  if (existsSync(script) && existsSync(join(root, 'examples/demo/public/demo/app.js'))) return script;

  for (const name of await readdir(folder)) {
    if (!name.startsWith('lock')) await rm(join(folder, name), { recursive: true, force: true });
  }
  const unfinished = await mkdtemp(join(folder, 'unfinished-'));
  const child = spawnWrangler(['deploy', '--dry-run', '--env=', '--outdir', unfinished], {
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  const [code, output, errors] = await Promise.all([
    exitCodeOf(child),
    child.stdout && text(child.stdout),
    child.stderr && text(child.stderr),
    buildDemo(),
  ]);
  if (code !== 0) throw new Error(`wrangler could not build the Worker:\n${output}${errors}`);
  await rename(unfinished, finished);
  return script;
}
