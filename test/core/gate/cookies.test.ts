import { describe, expect, it } from 'vitest';
import { cookieNames, readCookie, setsOwnCookie, withoutOwnCookies } from '../../../src/core/gate/cookies.ts';

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
  ])('are, of %s, %s', (header, expected) => {
    expect(withoutOwnCookies(header)).toBe(expected);
  });

  it('are none when all were ours', () => {
    expect(withoutOwnCookies('portcullis-gate=x; __Host-portcullis-session=y')).toBeUndefined();
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
  ])('%s touches a cookie of ours: %s', (setCookie, expected) => {
    expect(setsOwnCookie(setCookie)).toBe(expected);
  });
});
