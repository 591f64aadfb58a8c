import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { normalisePath, parseTarget } from '../../../src/core/gate/path.ts';

const pathOf = (raw: string): string | undefined => {
  const normalised = normalisePath(raw);
  return normalised.kind === 'path' ? normalised.path : undefined;
};

describe('normalising a path', () => {
  it.each([
    ['/', '/'],
    ['/a/b', '/a/b'],
    ['/a/b/', '/a/b/'],
    ['/%61dmin', '/admin'],
    ['/a%2Db%5F%7e', '/a-b_~'],
    ['/caf%C3%A9', '/caf%C3%A9'],
    ['/100%25', '/100%25'],
    ['/a%20b', '/a%20b'],
    ['/a%40b@c', '/a%40b@c'],
    ['/pages/[slug]|x', '/pages/[slug]|x'],
    ["/it's(1)!$&*+,=:", "/it's(1)!$&*+,=:"],
    ['/.well-known/x..y/...z', '/.well-known/x..y/...z'],
    ['/%E4%BD%95%EF%BC%9F%E2%80%A6', '/%E4%BD%95%EF%BC%9F%E2%80%A6'],
    ['/100%EF%BC%85', '/100%EF%BC%85'],
  ])('reads %s as %s', (raw, path) => {
    expect(pathOf(raw)).toBe(path);
  });

  it.each([
    ['no path at all', ''],
    ['a relative path', 'a'],
    ['the asterisk form', '*'],
    ['an empty segment', '//evil.test/x'],
    ['an empty segment inside', '/a//b'],
    ['an empty segment at the end', '/a//'],
    ['a dot segment', '/a/./b'],
    ['a parent segment', '/a/../b'],
    ['a parent segment at the end', '/a/..'],
    ['an encoded parent segment', '/a/%2e%2e/b'],
    ['a half encoded parent segment', '/a/.%2E/b'],
    ['a parent segment with a space', '/a/..%20/b'],
    ['three dots', '/a/.../b'],
    ['an encoded slash', '/a%2fb'],
    ['an encoded slash in upper case', '/a%2Fb'],
    ['an encoded backslash', '/a%5cb'],
    ['a backslash', '/a\\b'],
    ['a doubly encoded slash', '/a%252fb'],
    ['a doubly encoded dot segment', '/a/%252e%252e/b'],
    ['a slash encoded through its digits', '/a%25%32%66b'],
    ['a triply encoded slash', '/a%25252fb'],
    ['an overlong encoded slash', '/a%c0%afb'],
    ['an overlong encoded dot', '/a/%c0%ae%c0%ae/b'],
    ['bytes that are not UTF-8', '/a%ff'],
    ['a lone surrogate', '/a%ed%a0%80'],
    ['a matrix parameter', '/a;x=1/b'],
    ['an encoded semicolon', '/a%3bx=1'],
    ['a dot segment with a matrix parameter', '/a/..;/b'],
    ['a fragment', '/a#b'],
    ['an encoded fragment', '/a%23b'],
    ['an encoded question mark', '/a%3Fb'],
    ['an encoded null', '/a%00'],
    ['an encoded line feed', '/a%0ab'],
    ['an encoded C1 control', '/a%c2%85b'],
    ['an encoded delete', '/a%7f'],
    ['a tab', '/a\tb'],
    ['a space', '/a b'],
    ['a malformed percent', '/a%zz'],
    ['a cut off percent', '/a%2'],
    ['a lone percent', '/a%'],
    ['a lone percent that would find its digits', '/a%%36d'],
    ['a second layer that would come about by decoding', '/a%25%%332f'],
    ['a percent with a u', '/a%u002f'],
    ['an encoded percent with a u', '/a%25u002fb'],
    ['raw bytes above ASCII', '/é'],
    ['a fullwidth slash', '/a%EF%BC%8Fb'],
    ['a fullwidth backslash', '/a%EF%BC%BCb'],
    ['a character that contains a slash', '/%E2%84%80'],
    ['two dots in one character', '/a/%E2%80%A5/b'],
    ['fullwidth dots', '/a/%EF%BC%8E%EF%BC%8E/b'],
    ['dots with a character that nobody sees', '/a/.%E2%80%8B./b'],
    ['a fullwidth percent before two digits', '/a%EF%BC%852fb'],
    ['a quote', '/a"b'],
    ['a bracket that parsers encode', '/a<b'],
    ['a brace', '/{a}'],
    ['a caret', '/a^b'],
  ])('refuses %s: %s', (_, raw) => {
    expect(normalisePath(raw).kind).toBe('refused');
  });

  const anything = fc
    .array(
      fc.oneof(
        fc.constantFrom(
          ...['/', '.', '..', '%2e', '%2F', '%5c', '\\', ';', '%25', '2e', '#', '?', '%00', 'a', '%C3%A9'],
          ...['[', '|', '~', '%7E', '+', '%20', ' ', '@', ':'],
        ),
        fc.string({ unit: 'binary-ascii', maxLength: 3 }),
        fc.integer({ min: 0, max: 255 }).map((byte) => `%${byte.toString(16).padStart(2, '0')}`),
      ),
      { maxLength: 10 },
    )
    .map((parts) => `/${parts.join('')}`);

  it('leaves nothing for another parser to change', () => {
    let accepted = 0;
    fc.assert(
      fc.property(anything, (raw) => {
        const path = pathOf(raw);
        if (path === undefined) return;
        accepted += 1;
        expect(new URL(`http://origin.test${path}`).pathname).toBe(path);
        expect(pathOf(path)).toBe(path);
        // Neither one nor two rounds of decoding bring out another separator or a way up.
        const once = decodeURIComponent(path);
        expect(once.split(/[/\\]/).length).toBe(path.split('/').length);
        expect(new URL(`http://origin.test${once.replaceAll('%', '%25')}`).pathname.split('/').length).toBe(
          path.split('/').length,
        );
      }),
      { numRuns: 5000 },
    );
    expect(accepted).toBeGreaterThan(200);
  });
});

describe('reading a request target', () => {
  it.each([
    ['http://LocalHost:8787/A?b=C', { host: 'localhost:8787', path: '/A', query: '?b=C' }],
    ['https://app.test./x', { host: 'app.test', path: '/x', query: '' }],
    ['https://app.test.:8443/x', { host: 'app.test:8443', path: '/x', query: '' }],
    ['https://app.test:443/x', { host: 'app.test', path: '/x', query: '' }],
    ['http://app.test:80/x', { host: 'app.test', path: '/x', query: '' }],
    ['http://app.test:443/x', { host: 'app.test:443', path: '/x', query: '' }],
    ['http://[::1]:8787/x?', { host: '[::1]:8787', path: '/x', query: '?' }],
    ['http://127.0.0.1:8787/x', { host: '127.0.0.1:8787', path: '/x', query: '' }],
    ['http://1.2.3.4.test/x', { host: '1.2.3.4.test', path: '/x', query: '' }],
    ["http://app.test/x?q='%2f..;//\\", { host: 'app.test', path: '/x', query: "?q='%2f..;//\\" }],
  ])('reads %s', (url, target) => {
    expect(parseTarget(url)).toEqual({ kind: 'target', ...target });
  });

  it.each([
    ['two Host headers', 'http://app.test, evil.test/x'],
    ['user information', 'http://app.test@evil.test/x'],
    ['the asterisk form', 'http://app.test*'],
    ['no path', 'http://app.test'],
    ['a backslash in the host', 'http://app.test\\.evil.test/x'],
    ['a fragment', 'http://app.test/x#y'],
    ['a fragment after the query', 'http://app.test/x?a#y'],
    ['a line feed in the query', 'http://app.test/x?a\nb'],
    ['a raw byte above ASCII in the query', 'http://app.test/x?é'],
    ['another scheme', 'ftp://app.test/x'],
    ['a host that begins with a dot', 'http://.app.test/x'],
    ['a host with an empty label', 'http://app..test/x'],
    ['a host with two dots at its end', 'http://app.test../x'],
    ['a host that is a dot', 'http://./x'],
    ['an address as one number', 'http://2130706433/x'],
    ['an address in hexadecimal', 'http://0x7f.0.0.1/x'],
    ['an address in octal', 'http://0177.0.0.1/x'],
    ['an address with three numbers', 'http://127.0.1/x'],
    ['a port with a zero before it', 'http://app.test:08080/x'],
    ['a host longer than any name', `http://${'a'.repeat(63)}.${'a.'.repeat(95)}b/x`],
    ['a port that there is not', 'http://app.test:65536/x'],
    ['an empty port', 'http://app.test:/x'],
  ])('refuses %s', (_, url) => {
    expect(parseTarget(url).kind).toBe('refused');
  });
});
