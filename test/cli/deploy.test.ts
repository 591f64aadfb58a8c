import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { type Copy, freshCopy, portcullis, run } from './copy.ts';

let copy: Copy;
beforeAll(async () => {
  copy = await freshCopy();
});
afterAll(() => copy.remove());

describe('npm run deploy', () => {
  test('--dry-run passes on a fresh clone, prints the sizes and names what is left to do', async () => {
    const { exited, output, errors } = run(copy.folder, 'npm', 'run', 'deploy', '--', '--dry-run');
    expect(await exited).toBe(0);
    expect(output()).toMatch(/^Bundle: \d+\.\d KiB minified, \d+\.\d KiB gzip$/m);
    expect(errors()).toContain('issuer: https://auth.example.com is the placeholder');
    expect(output() + errors()).not.toContain('WARNING');
  });

  test('refuses to deploy the placeholder issuer', async () => {
    const { exited, output, errors } = portcullis(copy.folder, 'deploy');
    expect(await exited).toBe(1);
    expect(output()).toBe('');
    expect(errors()).toMatch(
      /^portcullis: portcullis\.config\.ts: issuer: https:\/\/auth\.example\.com is the placeholder; .+\n$/,
    );
  });

  test.each([
    [
      'development',
      /^portcullis: PORTCULLIS_ENVIRONMENT is "development", which is for this machine only: .+\n$/,
    ],
    ['elsewhere', /^portcullis: wrangler\.jsonc: there is no env\.elsewhere\n$/],
  ])('refuses the environment %s, in a dry run as well', async (name, line) => {
    const { exited, output, errors } = portcullis(copy.folder, 'deploy', '--dry-run', '--env', name);
    expect(await exited).toBe(1);
    expect(output()).toBe('');
    expect(errors()).toMatch(line);
  });

  test('does not know secrets: one that a route needs is a reminder', async () => {
    const path = join(copy.folder, 'portcullis.config.ts');
    const text = await readFile(path, 'utf8');
    const route = `{ host: 'app.example', path: '/*', origin: 'https://origin.example', allow: 'session',
      originSecret: { header: 'X-Origin-Secret', value: env.ORIGIN_SECRET } }`;
    // What the routes are without the demo.
    await writeFile(path, text.replace(/\[\],(?=\s*\}\)\);\s*$)/, `[${route}],`));
    const { exited, errors } = portcullis(copy.folder, 'deploy', '--dry-run');
    const code = await exited;
    await writeFile(path, text);
    expect(code).toBe(0);
    expect(errors()).toContain('routes[0].originSecret.value: is missing');
    expect(errors()).toContain('npx wrangler secret put');
  });

  test('a fault other than the placeholder stops a dry run', async () => {
    const path = join(copy.folder, 'portcullis.config.ts');
    const text = await readFile(path, 'utf8');
    await writeFile(path, text.replace(`name: 'Portcullis'`, 'name: 3'));
    const { exited, errors } = portcullis(copy.folder, 'deploy', '--dry-run');
    expect(await exited).toBe(1);
    expect(errors()).toMatch(/^portcullis: portcullis\.config\.ts: name: .+\n$/);
    await writeFile(path, text);
  });
});

test('an unknown command prints the usage', async () => {
  const { exited, output, errors } = portcullis(copy.folder, 'begin');
  expect(await exited).toBe(2);
  expect(output()).toBe('');
  expect(errors()).toMatch(/^usage: portcullis <command>\n/);
});
