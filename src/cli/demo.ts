import { copyFile, mkdir, readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { type BuildFailure, build } from 'esbuild';
import { Failure } from './failure.ts';
import { describeBuildFailure, root, sourceCondition } from './wrangler.ts';

const app = join(root, 'examples/demo/app');
const published = join(root, 'examples/demo/public/demo');

/** The app's page stands at each of these: they differ in how it stays signed in. */
const pages = ['.', 'key-bound', 'behind-the-gate'];

/** Bundles the demo's single-page app into the folder that its origin Worker serves. */
export async function buildDemo(): Promise<void> {
  await mkdir(published, { recursive: true });
  try {
    await build({
      entryPoints: { app: join(app, 'main.ts') },
      outdir: published,
      bundle: true,
      // What one way to stay signed in alone needs is loaded by that one alone.
      splitting: true,
      chunkNames: '[name]',
      minify: true,
      format: 'esm',
      target: 'es2022',
      conditions: [sourceCondition],
      logLevel: 'silent',
      absWorkingDir: root,
    });
  } catch (error) {
    throw new Failure(describeBuildFailure(error as BuildFailure));
  }
  const files = (await readdir(app)).filter((name) => /\.(css|svg)$/.test(name));
  await Promise.all(pages.map((page) => mkdir(join(published, page), { recursive: true })));
  // Not cp(), which removes what is there first: two copies that start at once would take it from each other.
  await Promise.all([
    ...files.map((name) => copyFile(join(app, name), join(published, name))),
    ...pages.map((page) => copyFile(join(app, 'index.html'), join(published, page, 'index.html'))),
  ]);
}
