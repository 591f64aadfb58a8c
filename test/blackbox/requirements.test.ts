import { readdir } from 'node:fs/promises';
import { beforeAll, describe, expect, test } from 'vitest';
import type { Specification } from './requirements/specification.ts';
import { allTests, expectsSomething, isNamed, type Test } from './requirements/tests.ts';

// Every MUST that binds an authorization server has a test that holds it: see requirements/.

const folder = new URL('requirements/', import.meta.url);
const files = (await readdir(folder)).filter((file) => !/^(specification|tests)\.ts$/.test(file)).sort();
const specifications = await Promise.all(
  files.map(async (file) => (await import(new URL(file, folder).href)).default as Specification),
);

let tests: Map<string, Test[]>;
beforeAll(async () => {
  tests = await allTests();
});

function faultOf(reference: string): string | undefined {
  const [file = '', ...chain] = reference.split(' › ');
  const inFile = tests.get(file);
  if (!inFile) return `no such file of tests: ${file}`;
  const found = inFile.find((each) => isNamed(each, chain.join(' > ')));
  if (!found) return `no such test: ${reference}`;
  if (/\.(skip|todo|fails)\b/.test(found.file)) return `a test that may be left out: ${reference}`;
  return expectsSomething(found) ? undefined : `a test that expects nothing: ${reference}`;
}

describe('the requirements of', () => {
  test.each(specifications)('$name are held by tests', ({ requirements }) => {
    expect(requirements.length).toBeGreaterThan(0);
    const faults = requirements.flatMap(([section, must, ...references]) => [
      ...(references.length > 0 ? [] : [`§${section} "${must}" has no test`]),
      ...references.flatMap((reference) => faultOf(reference) ?? []),
    ]);
    expect(faults).toEqual([]);
  });

  test.each(specifications)('$name are listed once each', ({ requirements }) => {
    const listed = requirements.map(
      ([section, must]) => `${section} ${must.toLowerCase().match(/\w+/g)?.join(' ')}`,
    );
    expect(listed.filter((each, index) => listed.indexOf(each) < index)).toEqual([]);
  });
});

test('no specification is missing', () => {
  expect(specifications.map(({ name }) => name).sort()).toEqual(
    [
      'OAuth 2.1',
      'OpenID Connect Back-Channel Logout 1.0',
      'OpenID Connect Core 1.0',
      'OpenID Connect RP-Initiated Logout 1.0',
      'RFC 6749',
      'RFC 7009',
      'RFC 7523',
      'RFC 7636',
      'RFC 7662',
      'RFC 8414',
      'RFC 8628',
      'RFC 8693',
      'RFC 8707',
      'RFC 9068',
      'RFC 9101',
      'RFC 9126',
      'RFC 9207',
      'RFC 9449',
      'RFC 9470',
      'RFC 9700',
      'RFC 9701',
    ].sort(),
  );
});
