import { execFile } from 'node:child_process';
import { mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { root } from '../../src/cli/wrangler.ts';
import { bundle } from '../runtime/build.ts';

// What docs/migrating.md shows: of the libraries' types, and a configuration that loads.

let folder: string;
let blocks: string[];
beforeAll(async () => {
  const text = await readFile(join(root, 'docs/migrating.md'), 'utf8');
  blocks = [...text.matchAll(/```ts\n([\s\S]*?)```/g)].map(([, block = '']) => block);
  // Inside the project, where its own name and the libraries are found.
  await mkdir(join(root, '.wrangler'), { recursive: true });
  folder = await mkdtemp(join(root, '.wrangler/migrating-'));
  await Promise.all(
    blocks.map((block, index) => writeFile(join(folder, `${index}.ts`), `${block}\nexport {};\n`)),
  );
});
afterAll(() => rm(folder, { recursive: true, force: true }));

it('shows code that has the right types', async () => {
  expect(blocks).toHaveLength(4);
  const compilerOptions = {
    lib: ['ES2024', 'DOM', 'DOM.Iterable'],
    types: ['@cloudflare/workers-types'],
    noUnusedLocals: false,
  };
  const configuration = { extends: '../../tsconfig.base.json', compilerOptions, include: ['*.ts'] };
  await writeFile(join(folder, 'tsconfig.json'), JSON.stringify(configuration));
  const compiler = join(root, 'node_modules/.bin/tsc');
  const output = await promisify(execFile)(compiler, ['-p', folder], { cwd: root }).catch((error) => error);
  // What the configuration brings along is for another library than the browser's, and checked elsewhere.
  const faults = `${output.stdout}`.split('\n').filter((line) => line.startsWith('.wrangler/'));
  expect(faults).toEqual([]);
});

it('shows a configuration that is taken in production', async () => {
  const index = blocks.findIndex((block) => block.includes('defineConfig'));
  const main = join(folder, 'load.ts');
  await writeFile(
    main,
    `import define from './${index}.ts';
    import { loadConfig } from '../../src/config/load.ts';
    const environment = { PORTCULLIS_ENVIRONMENT: 'production', PORTCULLIS_ISSUER: 'https://auth.company.com' };
    export const config = loadConfig(define, environment);`,
  );
  const script = join(folder, 'load.js');
  await writeFile(script, await bundle(main));
  const { config } = await import(script);
  expect(config).toMatchObject({ auth0Paths: true, clients: [{ refreshToken: { idToken: true } }] });
});
