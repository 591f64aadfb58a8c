import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { type Copy, freshCopy, run } from './copy.ts';

let copy: Copy;
beforeAll(async () => {
  copy = await freshCopy();
  const path = join(copy.folder, 'portcullis.config.ts');
  const text = await readFile(path, 'utf8');
  const route = `routes: [{ path: '/orders/*', origin: env.ORDERS, allow: 'session' }],`;
  await writeFile(path, text.replace(/routes: env\.DEMO_ORIGIN[\s\S]*?: \[\],/, route));
});
afterAll(() => copy.remove());

async function compiled() {
  const { exited, output } = run(copy.folder, 'node_modules/.bin/tsc', '-p', 'tsconfig.json');
  return [await exited, output()];
}

// Compiles everything twice, on a machine that may be busy.
test('a binding of an operator has a type in the configuration once Cloudflare.Env declares it', {
  timeout: 180_000,
}, async () => {
  expect((await compiled())[1]).toContain("Property 'ORDERS' does not exist");
  // As in examples/workers-origin/README.md, and as `wrangler types` writes it.
  const declaration = 'declare namespace Cloudflare { interface Env { ORDERS: Fetcher } }';
  await writeFile(join(copy.folder, 'src/bindings.d.ts'), declaration);
  expect(await compiled()).toEqual([0, '']);
});
