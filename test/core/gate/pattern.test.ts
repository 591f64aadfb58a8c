import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  includes,
  literalPrefix,
  matcher,
  overlap,
  type Pattern,
  parsePattern,
  sampleOf,
} from '../../../src/core/gate/pattern.ts';

const parsed = (text: string, delimiter: '/' | '.' = '/'): Pattern => {
  const pattern = parsePattern(text, delimiter);
  if (!pattern) throw new Error(`${text} is no pattern`);
  return pattern;
};
const path = (text: string) => parsed(text);
const host = (text: string) => parsed(text, '.');

describe('matching a path pattern', () => {
  it.each<[string, string[], string[]]>([
    ['/a', ['/a'], ['/a/', '/ab', '/A', '']],
    ['/a/*', ['/a', '/a/', '/a/b/c'], ['/ab', '/b']],
    ['/*', ['/', '/a/b'], []],
    ['/a/:id', ['/a/b', '/a/b.c'], ['/a', '/a/', '/a/b/c']],
    ['/a/:id?', ['/a', '/a/b'], ['/a/', '/a/b/c']],
    ['/a/:id+/z', ['/a/b/z', '/a/b/c/z'], ['/a/z', '/a/b']],
    ['/files/*.pdf', ['/files/.pdf', '/files/a/b.pdf'], ['/files/a.pdfs', '/files']],
    ['/{a}?b{/c}*', ['/b', '/ab', '/b/c/c'], ['/aab', '/b/']],
    ['/a\\:b', ['/a:b'], ['/a', '/ax']],
  ])('%s', (pattern, taken, others) => {
    const matches = matcher(path(pattern));
    for (const one of taken) expect([one, matches(one)]).toEqual([one, true]);
    for (const one of others) expect([one, matches(one)]).toEqual([one, false]);
  });

  it('is over soon, whatever the pattern and however long the path', () => {
    const matches = matcher(path('/*a*a*a*a{:x-}+{/*}*b'));
    const started = Date.now();
    expect(matches(`/${'a-'.repeat(50_000)}`)).toBe(false);
    expect(Date.now() - started).toBeLessThan(1000);
  });

  it('refuses to compile a pattern that would fill the memory', () => {
    const pattern = `/*a${Array.from({ length: 12 }, (_, index) => `{:n${index}b}?`).join('')}/${'c'.repeat(500)}`;
    expect(() => matcher(path(pattern))).toThrow(RangeError);
  });
});

it.each(['/a(b)', '/(\\d+)', '/{a', '/a}', '/a+', '/a?', '/{a{b}}', '/a/:', '/a\\'])(
  'takes %s for no pattern',
  (text) => {
    expect(parsePattern(text, '/')).toBeUndefined();
  },
);

it('takes a colon in the name of a host for one label', () => {
  const matches = matcher(host(':tenant.apps.example'));
  expect(matches('a.apps.example')).toBe(true);
  expect(matches('a.b.apps.example')).toBe(false);
  expect(matches('.apps.example')).toBe(false);
  expect(matcher(host('*.apps.example'))('a.b.apps.example')).toBe(true);
});

it.each<[string, string, boolean]>([
  ['/a/*', '/a', true],
  ['/a/*', '/:x/*', true],
  ['/a/:x', '/:y/b', true],
  ['/a/:x', '/b/:x', false],
  ['/a/:x', '/a/b/c', false],
])('knows whether %s and %s have a path in common: %s', (a, b, expected) => {
  expect(overlap(path(a), path(b))).toBe(expected);
});

it.each<[string, string, boolean]>([
  ['/*', '/a/:b/*', true],
  ['/a/*', '/a', true],
  ['/a/*', '/a/:b', true],
  ['/a/:b', '/a/*', false],
  ['/:a/*', '/a/*', true],
  ['/:a', '/:b', true],
  ['/:a', '/x:b', true],
  ['/x:a', '/:b', false],
  ['/:a+', '/:b/:c', true],
  ['/:b/:c', '/:a+', false],
  ['/:a*', '/*', false],
  ['/*.pdf', '/files/:name.pdf', true],
  ['/files/:name.pdf', '/files/*.pdf', false],
  ['/{a}?b', '/ab', true],
  ['/{ab}+', '/{abab}+', true],
  ['/{abab}+', '/{ab}+', false],
])('%s includes %s: %s', (outer, inner, expected) => {
  expect(includes(path(outer), path(inner))).toBe(expected);
});

it('reads the text before the first wildcard', () => {
  expect(literalPrefix(path('/a/b'))).toEqual({ text: '/a/b', isWhole: true });
  expect(literalPrefix(path('/a/b/:c/d'))).toEqual({ text: '/a/b', isWhole: false });
  expect(literalPrefix(path('/a/b-*'))).toEqual({ text: '/a/b-', isWhole: false });
  expect(literalPrefix(path('{/a}?/b'))).toEqual({ text: '', isWhole: false });
});

// Patterns and texts of few characters, so that they meet.
const letters = fc.constantFrom('a', 'b');
const wildcards = fc.constantFrom(':n', '*');
const modifiers = fc.constantFrom('', '', '?', '+', '*');
const text = (delimiter: string) => fc.constantFrom('', 'a', 'b', delimiter, `${delimiter}a`, 'ab');
const group = (delimiter: string) =>
  fc
    .tuple(text(delimiter), fc.option(wildcards, { nil: '' }), text(delimiter), modifiers)
    .map(([prefix, wildcard, suffix, modifier]) => `{${prefix}${wildcard}${suffix}}${modifier}`);
/** Each name once: URLPattern takes no name twice. */
const renamed = (pattern: string): string => {
  let count = 0;
  return pattern.replace(/:n/g, () => `:n${count++}`);
};
const pieces = (delimiter: string) =>
  fc.oneof(
    letters,
    fc.constant(delimiter),
    fc.tuple(wildcards, modifiers).map((both) => both.join('')),
    group(delimiter),
  );
const patterns = (delimiter: string, maxLength: number) =>
  fc.array(pieces(delimiter), { minLength: 1, maxLength }).map((all) => renamed(all.join('')));

/** Undefined where URLPattern takes no such pattern. */
function native(component: 'pathname' | 'hostname', pattern: string): URLPattern | undefined {
  try {
    return new URLPattern({ [component]: pattern });
  } catch {
    return undefined;
  }
}

describe('compared with URLPattern', () => {
  it.each([
    ['pathname', '/', ['a', 'b', 'c', '/']],
    ['hostname', '.', ['a', 'b', 'c', '.a', '.b']],
  ] as const)('a pattern of a %s takes the same texts', (component, delimiter, letters) => {
    const given = fc.array(fc.constantFrom<string>(...letters), { maxLength: 8 });
    let taken = 0;
    let refused = 0;
    fc.assert(
      fc.property(patterns(delimiter, 5), fc.array(given, { minLength: 20, maxLength: 20 }), (raw, many) => {
        const start = component === 'pathname' ? '/' : 'a';
        const written = start + raw;
        const standard = native(component, written);
        // A URL parser would read `//` as the beginning of a host; no route may have an empty segment.
        if (!standard || /\/[{}]*\//.test(written)) return;
        const matches = matcher(parsed(written, delimiter));
        // The one difference, on purpose: see parsePattern.
        const before =
          component === 'pathname' && written.endsWith('/*') && written !== '/*'
            ? native('pathname', written.slice(0, -2))
            : undefined;
        for (const characters of many) {
          const given = start + characters.join('');
          const expected =
            standard.test({ [component]: given }) || (before?.test({ [component]: given }) ?? false);
          expect([written, given, matches(given)]).toEqual([written, given, expected]);
          if (expected) taken += 1;
          else refused += 1;
        }
      }),
      { numRuns: 3000 },
    );
    expect(taken).toBeGreaterThan(1000);
    expect(refused).toBeGreaterThan(1000);
  });
});

/** All texts of up to `length` characters. */
function* texts(alphabet: string[], length: number, before = ''): Generator<string> {
  yield before;
  if (length === 0) return;
  for (const one of alphabet) yield* texts(alphabet, length - 1, before + one);
}
const all = [...texts(['a', 'b', 'c', '/'], 7)];
const SHORT = 5;

it('includes another pattern, compared with trying every short text', () => {
  const seen = { included: 0, separate: 0, common: 0, apart: 0 };
  fc.assert(
    fc.property(patterns('/', 3), patterns('/', 3), (one, other) => {
      const [a, b] = [parsePattern(one, '/'), parsePattern(other, '/')];
      if (!a || !b || sampleOf(a).length > SHORT || sampleOf(b).length > SHORT) return;
      const [inA, inB] = [matcher(a), matcher(b)];
      const isIncluded = !all.some((given) => inB(given) && !inA(given));
      const isCommon = all.some((given) => inA(given) && inB(given));
      expect([one, other, includes(a, b)]).toEqual([one, other, isIncluded]);
      expect([one, other, overlap(a, b)]).toEqual([one, other, isCommon]);
      seen[isIncluded ? 'included' : 'separate'] += 1;
      seen[isCommon ? 'common' : 'apart'] += 1;
    }),
    // Always the same ones: a pair that differs in long texts only would fail by chance.
    { numRuns: 1000, seed: 6 },
  );
  for (const count of Object.values(seen)) expect(count).toBeGreaterThan(30);
});
