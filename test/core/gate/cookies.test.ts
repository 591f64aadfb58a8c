import { describe, expect, it } from 'vitest';
import {
  cookieNames,
  readCookie,
  setsOwnCookie,
  withoutCookieClearing,
  withoutOwnCookies,
} from '../../../src/core/gate/cookies.ts';

/** As much white space as a header can hold: what looks at each more than once takes minutes. */
const blanks = ' '.repeat(120_000);
const soon = 5000;

describe('reading a cookie', () => {
  it.each([
    ['the only one', 'n=1', '1'],
    ['one among others', 'a=0; n=1; b=2', '1'],
    ['the first of two', 'n=1; n=2', '1'],
    ['a value with equals signs', 'n=1==; b=2', '1=='],
    ['an empty value', 'n=', ''],
  ])('finds %s', (_, header, value) => {
    expect(readCookie(header, 'n')).toBe(value);
  });

  it.each([
    ['no header', null],
    ['another case', 'N=1'],
    ['a name that only ends alike', 'xn=1'],
    ['a non-breaking space before the name', '\u00a0n=1'],
    ['a name inside a quoted value', 'a="n=1"'],
    ['a second Cookie header, joined by a comma', 'a=0, n=1'],
    ['a nameless cookie', '=n=1'],
  ])('does not find it in %s', (_, header) => {
    expect(readCookie(header, 'n')).toBeUndefined();
  });

  it('takes no longer for a header of white space', { timeout: soon }, () => {
    expect(readCookie(`a=1;${blanks}n=1${blanks}x${blanks}; n=2`, 'n')).toBe(`1${blanks}x`);
    expect(readCookie(`${blanks}x`.repeat(3), 'n')).toBeUndefined();
  });

  it('lists names by prefix, in order, each once', () => {
    expect(cookieNames('s.2=a; x=y; s.1=b; s.2=c', 's.')).toEqual(['s.2', 's.1']);
  });
});

describe('the cookies that an origin sees', () => {
  it.each([
    ['a=1; portcullis-gate=x; b=2', 'a=1; b=2'],
    ['portcullis-session=x; a=1', 'a=1'],
    ['__Host-portcullis-gate=x;a=1;  b="q z"', 'a=1;  b="q z"'],
    ['a=1; __Host-portcullis-gate-sign-in.abc=x', 'a=1'],
    ['a=1; PORTCULLIS-Gate=x', 'a=1'],
    ['a=1; __Secure-portcullis-x=1', 'a=1'],
    ['a=1; =portcullis-gate=x', 'a=1'],
    ['a=1; \u00a0portcullis-gate=x', 'a=1'],
    ['a=0, portcullis-gate=x; b=1', 'b=1'],
    ['a="; portcullis-gate=x; "', 'a="; "'],
    ['a=1; myportcullis-gate=2', 'a=1; myportcullis-gate=2'],
    ['  odd ;; a=%zz', 'odd ;; a=%zz'],
    ['a=1; $portcullis-gate=x', 'a=1'],
    ['$Version=1; portcullis-gate=x; $Path=/', '$Version=1; $Path=/'],
    ['a=1; "portcullis-gate"=x', 'a=1'],
    ['a=1; portcullis-gate="x; b=2', 'a=1; b=2'],
    ['a=1; portcullis-gate', 'a=1'],
    ['a=1; portcullis-gate=x; portcullis-gate=y', 'a=1'],
    ['a=1,portcullis-gate=x; b=2', 'b=2'],
    ['a=1; \u0001portcullis-gate=x', 'a=1'],
    ['a=1\u0000portcullis-gate=x; b=2', 'b=2'],
    ['a=1; \u007f__Host-portcullis-gate=x', 'a=1'],
    ['a=1; %70ortcullis-gate=x', 'a=1'],
    ['a=1; __%48ost-portcullis%2Dgate=x', 'a=1'],
    ['a=1; =%70ortcullis-gate=x', 'a=1'],
    ['a=1; __HOST-Portcullis-Session=x', 'a=1'],
    ['a=1; __Http-portcullis-gate=x', 'a=1'],
    ['a=1; __Host-Http-portcullis-gate=x', 'a=1'],
    ['next=portcullis-docs; b=%20portcullis-docs', 'next=portcullis-docs; b=%20portcullis-docs'],
    ['a%20b=1; c=2', 'a%20b=1; c=2'],
  ])('are, of %s, %s', (header, expected) => {
    expect(withoutOwnCookies(header)).toBe(expected);
  });

  it('are none when all were ours', () => {
    expect(withoutOwnCookies('portcullis-gate=x; __Host-portcullis-session=y')).toBeUndefined();
  });

  it('are found in time in the longest header there can be', { timeout: soon }, () => {
    expect(withoutOwnCookies(`a=x${blanks}portcullis-gate=x`)).toBeUndefined();
    expect(withoutOwnCookies(`a=1;${`x${blanks.slice(0, 40_000)}=`.repeat(3)}portcullis-`)).toBe('a=1');
    const long = `a=${'=portcullis-'.repeat(10_000)}`;
    expect(withoutOwnCookies(`b=1; ${long}`)).toBe(`b=1; ${long}`);
    expect(withoutOwnCookies(`${';%'.repeat(60_000)}`)).toBe(';%'.repeat(60_000));
  });
});

describe('a Set-Cookie of the origin', () => {
  it.each([
    ['portcullis-gate=x; Path=/', true],
    ['__Host-portcullis-gate=x; Secure', true],
    ['__host-Portcullis-session=; Max-Age=0', true],
    ['=portcullis-gate=x', true],
    [' \tportcullis-gate =x', true],
    ['portcullis-gate-sign-in.abc=x', true],
    ['sid=1; Path=/portcullis-gate', false],
    ['sid=1; Comment= portcullis-gate', false],
    ['theme=dark', false],
    ['%70ortcullis-gate=x', true],
    ['$portcullis-gate=x', true],
    ['a=1, portcullis-gate=x', true],
    ['a%20b=portcullis-gate', false],
  ])('%s touches a cookie of ours: %s', (setCookie, expected) => {
    expect(setsOwnCookie(setCookie)).toBe(expected);
  });
});

describe('a Clear-Site-Data of the origin', () => {
  it.each([
    ['"cookies"', undefined],
    ['"*"', undefined],
    ['"cache", "cookies", "storage"', '"cache", "storage"'],
    ['"Cookies","cache"', '"cache"'],
    ['"cache"', '"cache"'],
  ])('%s clears no cookie: %s', (header, expected) => {
    expect(withoutCookieClearing(header)).toBe(expected);
  });
});
