import { cloudflareTest } from '@cloudflare/vitest-plugin';
import { defineConfig } from 'vitest/config';
import { withCheapHashes } from './test/runtime/cheap-hashes.ts';

const inNode = ['blackbox', 'browser', 'client', 'cli', 'simulation', 'bench', 'runtime'].map(
  (folder) => `test/${folder}/**`,
);

/**
 * Half of what the tests inside the runtime compute would be one hash: there it is cheap. It has its real cost over HTTP, and
 * this pins what that is.
 */
const cheapHashes = {
  name: 'cheap-hashes',
  enforce: 'pre' as const,
  transform(code: string, id: string) {
    return id.endsWith('/src/crypto/password.ts') ? withCheapHashes(code) : undefined;
  },
};

export default defineConfig({
  test: {
    // Much of a test is waiting: one worker for each core that a small machine has, and time where they are in each other's way.
    maxWorkers: 2,
    projects: [
      {
        // Beside the code, inside the real runtime.
        plugins: [
          cheapHashes,
          cloudflareTest({
            wrangler: { configPath: './wrangler.jsonc', environment: 'development' },
            // What `export *` of src/worker.ts brings and no binding names is not seen.
            additionalExports: { Administration: 'WorkerEntrypoint' },
            miniflare: {
              bindings: {
                PORTCULLIS_ISSUER: 'http://localhost:8787',
                PORTCULLIS_SECRET: 'development_MDEyMzQ1Njc4OTAxMjM0NTY3ODkwMTIzNDU2Nzg5MDE',
              },
              // The demo's origin, as a recorder: it answers with what it received.
              serviceBindings: { DEMO_ORIGIN: 'recorder' },
              workers: [
                {
                  name: 'recorder',
                  modules: true,
                  compatibilityDate: '2026-10-01',
                  script: `export default { async fetch(request) {
                    return Response.json({ method: request.method, url: request.url, headers: [...request.headers], body: await request.text() });
                  } }`,
                },
              ],
            },
          }),
        ],
        test: {
          name: 'workerd',
          include: ['test/**/*.test.ts', 'test/**/*.test.tsx'],
          exclude: inNode,
          setupFiles: ['test/workerd/no-secret-in-events.ts'],
          testTimeout: 30_000,
        },
      },
      {
        // From outside, over HTTP.
        test: {
          name: 'node',
          // Browsers and workerd share two cores with the tests: what a busy moment broke is tried once more, and said to be.
          retry: process.env.CI ? 1 : 0,
          include: inNode.map((folder) => `${folder}/*.test.{ts,tsx}`),
          testTimeout: 60_000,
          hookTimeout: 60_000,
        },
      },
    ],
  },
});
