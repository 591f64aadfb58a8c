import { createHash } from 'node:crypto';
import { expect, test } from 'vitest';
import { root } from '../../src/cli/wrangler.ts';
import { portcullis } from './copy.ts';

async function made() {
  const { exited, output, errors } = portcullis(root, 'client-secret');
  expect(await exited).toBe(0);
  expect(errors()).toBe('');
  const [secret = '', hash = ''] =
    output()
      .match(/^ {2}\S+$/gm)
      ?.map((line) => line.trim()) ?? [];
  return { secret, hash };
}

test('client-secret prints a new secret and the hash that the configuration takes', async () => {
  const { secret, hash } = await made();
  expect(secret).toMatch(/^pc_cs_[A-Za-z0-9_-]{43}$/);
  expect(hash).toBe(createHash('sha256').update(secret).digest('base64url'));
  expect((await made()).secret).not.toBe(secret);
});
