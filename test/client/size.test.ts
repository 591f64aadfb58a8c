import { gzipSync } from 'node:zlib';
import { build } from 'esbuild';
import { expect, test } from 'vitest';

test('the browser client weighs at most 5 KiB, minified and gzipped', async () => {
  const { outputFiles } = await build({
    entryPoints: ['src/client/index.ts'],
    bundle: true,
    minify: true,
    format: 'esm',
    target: 'es2022',
    external: ['*/transport/dpop.ts'],
    write: false,
  });
  const bundle = outputFiles[0]?.contents ?? new Uint8Array();
  const compressed = gzipSync(bundle, { level: 9 }).length;
  console.info(`portcullis/client: ${bundle.length} bytes minified, ${compressed} gzipped`);
  expect(bundle.length).toBeGreaterThan(1000);
  expect(compressed).toBeLessThanOrEqual(5 * 1024);
});
