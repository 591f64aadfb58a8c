import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import { expect, test } from 'vitest';
import { source } from './servers.ts';

const columns = (line: string): string[] =>
  line
    .split('|')
    .slice(1, -1)
    .map((cell) => cell.trim());

test('a quick run measures every line of the table against the floor', { timeout: 180_000 }, async () => {
  const { stdout } = await promisify(execFile)(process.execPath, [
    source('main.ts'),
    '--quick',
    '--no-peers',
    '--markdown',
  ]);
  const lines = stdout.split('\n').filter((line) => line.startsWith('| '));
  const [head, ...rows] = lines
    .slice(
      0,
      lines.findIndex((line) => line.startsWith('| target')),
    )
    .map(columns);
  expect(head).toEqual(['', 'Portcullis', 'floor']);
  const measured = rows.map(([what]) => what);
  expect(measured).toEqual([
    'refreshes per second, 1 client',
    'refresh p50 / p99, 1 client',
    'refreshes per second, 4 clients',
    'refresh p50 / p99, 4 clients',
    'refresh, 1 of 1 families',
    'refresh, 1 of 100 families',
    'refresh, 1 of 1,000 families',
    'refresh, 1 of 10,000 families',
    'rows written per rotation',
    'storage per family',
    'storage per session',
    'refreshes per second with signals of theft',
    'refreshes per second without',
    'sign-ins per second',
    "gate, 'token', session cookie, HTTP origin, per second",
    "gate, 'token', bearer token, HTTP origin, per second",
    'gate, { within: 30 }, session cookie, HTTP origin, per second',
    "gate, 'strict', session cookie, HTTP origin, per second",
    "gate, 'token', session cookie, origin by binding, per second",
    "gate, 'token', bearer token, origin by binding, per second",
    'gate, { within: 30 }, session cookie, origin by binding, per second',
    "gate, 'strict', session cookie, origin by binding, per second",
    "gate, 'token', session cookie, added p50 / p99",
    "gate, 'token', bearer token, added p50 / p99",
    'gate, { within: 30 }, session cookie, added p50 / p99',
    "gate, 'strict', session cookie, added p50 / p99",
    'ES256 JWTs signed per second',
    'ES256 JWTs verified per second',
    'portcullis/verify, a new token, per second',
    'portcullis/verify, a repeated token, per second',
    'jose.jwtVerify with createRemoteJWKSet, per second',
    'Worker, minified',
    'Worker, gzip',
    'portcullis/client, minified / gzip',
    'portcullis/verify, minified / gzip',
    'start of the Worker',
    'memory of workerd before the load',
    'memory of workerd after the load',
  ]);
  for (const [what, portcullis] of rows) expect(portcullis, what).toMatch(/^-?\d/);
  // What time cannot change: the rest is for a quiet machine to judge.
  const figures = new Map(rows.map(([what, portcullis]) => [what, portcullis]));
  expect(figures.get('rows written per rotation')).toBe('1');
  expect(Number.parseInt(figures.get('storage per family') ?? '', 10)).toBeLessThanOrEqual(1024);
});
