import { copyFile, mkdir, readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { type BuildFailure, build } from 'esbuild';
import { Failure } from './failure.ts';
import { describeBuildFailure, root } from './wrangler.ts';

const app = join(root, 'examples/demo/app');
const published = join(root, 'examples/demo/public/demo');

/** Bundles the demo's single-page app into the folder that its origin Worker serves. */
export async function buildDemo(): Promise<void> {
  await mkdir(published, { recursive: true });
  try {
    await build({
      entryPoints: [join(app, 'main.ts')],
      outfile: join(published, 'app.js'),
      bundle: true,
      minify: true,
      format: 'esm',
      target: 'es2022',
      logLevel: 'silent',
      absWorkingDir: root,
    });
  } catch (error) {
    throw new Failure(describeBuildFailure(error as BuildFailure));
  }
  const pages = (await readdir(app)).filter((name) => /\.(html|css|svg)$/.test(name));
  // Not cp(), which removes what is there first: two copies that start at once would take it from each other.
  await Promise.all(pages.map((name) => copyFile(join(app, name), join(published, name))));
}
