import { reset } from 'cloudflare:test';
import { exports } from 'cloudflare:workers';
import { beforeEach, expect, it } from 'vitest';
import { isolate } from './setup.ts';

beforeEach(() => reset());

const administration = exports.Administration;
const names = (keys: readonly { alg: string; state: string }[]) =>
  keys.map(({ alg, state }) => `${alg} ${state}`).sort();

it('shows the keys without anything that could sign, rotates them, and takes a leaked one out', async () => {
  const { keys } = await isolate();
  await keys.sign('ES256', 'at+jwt', {});
  const shown = await administration.keys();
  expect(names(shown)).toEqual(['ES256 active', 'ES256 next', 'RS256 active', 'RS256 next']);
  expect(JSON.stringify(shown)).not.toMatch(/sealed|"d"/);
  const rotated = await administration.rotateKeys();
  for (const key of rotated) if (key.state === 'active') expect(key.endsAt).not.toBeNull();
  const leaked = shown.find(({ alg, state }) => alg === 'ES256' && state === 'active');
  expect(await administration.revokeKey(leaked?.kid ?? '')).toEqual({ kind: 'revoked', published: true });
  const after = await administration.keys();
  expect(names(after.filter(({ alg }) => alg === 'ES256'))).toEqual([
    'ES256 active',
    'ES256 next',
    'ES256 revoked',
  ]);
  expect(await administration.revokeKey('unknown')).toEqual({ kind: 'unknown' });
}, 15_000);
