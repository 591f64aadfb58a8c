import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { root } from '../../src/cli/wrangler.ts';

const read = (path: string): string => readFileSync(join(root, path), 'utf8');

/** Every command that README shows in a shell block, and the file that runs it. */
const runBy: Record<string, [file: string, how: string][]> = {
  'npm ci && npm start': [
    ['.ci/run', 'npm ci'],
    ['test/cli/start.test.ts', "'npm', 'start'"],
  ],
  'npm ci && npm test': [
    ['.ci/run', 'npm ci'],
    ['.ci/run', 'npm test'],
  ],
  'npm run example vanilla': [
    ['test/browser/examples.test.ts', "'npm', 'run', 'example', name"],
    ['test/browser/examples.test.ts', "['vanilla', "],
  ],
  'npm run example react': [
    ['test/browser/examples.test.ts', "'npm', 'run', 'example', name"],
    ['test/browser/examples.test.ts', "['react', "],
  ],
  'npm run provider': [['test/cli/provider.test.ts', "'npm', 'run', 'provider'"]],
  'npm run deploy -- --dry-run': [['test/cli/deploy.test.ts', "'npm', 'run', 'deploy', '--', '--dry-run'"]],
  'npm run bench': [['test/bench/bench.test.ts', '--quick']],
};

it('shows no command that nothing runs', () => {
  const blocks = [...read('README.md').matchAll(/```sh\n([\s\S]*?)```/g)].flatMap(([, block = '']) =>
    block.trim().split('\n'),
  );
  expect(new Set(blocks)).toEqual(new Set(Object.keys(runBy)));
  for (const [file, how] of Object.values(runBy).flat()) expect(read(file), file).toContain(how);
});

it('links to pages and folders that exist', () => {
  const text = read('README.md');
  const links = [...text.matchAll(/\]\((?!https?:)([^)#]+)\)/g)].map(([, path = '']) => path);
  const folders = [...text.matchAll(/`((?:src|examples|test|docs)\/[\w./-]*)`/g)].map(
    ([, path = '']) => path,
  );
  expect(links.length).toBeGreaterThan(2);
  for (const path of [...links, ...folders])
    expect(() => readFileSync(join(root, path)), path).not.toThrow(/ENOENT/);
});
