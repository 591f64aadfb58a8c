import { readFile } from 'node:fs/promises';
import { expect, test } from 'vitest';
import { source } from '../../src/cli/common-passwords.ts';

test('the list of common passwords is the one that its source makes', async () => {
  const path = new URL('../../src/passwords/common-list.ts', import.meta.url);
  expect(await readFile(path, 'utf8')).toBe(source());
});
