import { readFile } from 'node:fs/promises';
import { gzipSync } from 'node:zlib';
import { build } from 'esbuild';
import { root } from '../../../src/cli/wrangler.ts';
import { buildWorker } from '../../runtime/build.ts';
import { source } from '../servers.ts';

/** Bytes. */
export interface Size {
  minified: number;
  gzip: number;
}

const sizeOf = (contents: Uint8Array): Size => ({
  minified: contents.length,
  gzip: gzipSync(contents, { level: 9 }).length,
});

/** What esbuild makes of an entry point. */
async function bundled(entry: string): Promise<Size> {
  const { outputFiles } = await build({
    entryPoints: [entry],
    absWorkingDir: root,
    bundle: true,
    minify: true,
    write: false,
    format: 'esm',
    target: 'es2022',
    conditions: ['workerd', 'worker', 'browser'],
    external: ['cloudflare:*', 'node:*'],
    logLevel: 'silent',
  });
  return sizeOf(outputFiles[0]?.contents ?? new Uint8Array());
}

export type Bundle = 'worker' | 'client' | 'verify' | 'floor' | 'workers-oauth-provider' | 'openauth';

/** The Worker as `wrangler deploy` uploads it; what an app and a resource server take from us; the others' Workers. */
export async function measureSize(withPeers: boolean): Promise<Partial<Record<Bundle, Size>>> {
  return {
    worker: sizeOf(await readFile(await buildWorker())),
    client: await bundled('src/client/index.ts'),
    verify: await bundled('src/verify/index.ts'),
    floor: await bundled(source('workers/floor.ts')),
    ...(withPeers && {
      'workers-oauth-provider': await bundled(source('peers/workers-oauth-provider.js')),
      openauth: await bundled(source('peers/openauth.js')),
    }),
  };
}
