import { describe, expect, it } from 'vitest';
import { privateCacheControl, varyByIdentity } from '../../../src/core/gate/response.ts';

describe('an answer that identity shaped', () => {
  it.each([
    [null, 'private'],
    ['', 'private'],
    ['max-age=60', 'private, max-age=60'],
    ['public, max-age=60, s-maxage=600', 'private, max-age=60'],
    ['no-cache', 'private, no-cache'],
    ['no-store', 'no-store'],
    ['must-understand, no-store, s-maxage=600', 'no-store'],
    ['private, public, s-maxage=60', 'private'],
    ['Private, max-age=5', 'Private, max-age=5'],
    ['public="x, private", max-age=5', 'private, max-age=5'],
    ['private="Set-Cookie", max-age=5', 'private, max-age=5'],
  ])('of Cache-Control %j is kept by no shared cache: %s', (origin, expected) => {
    expect(privateCacheControl(origin)).toBe(expected);
  });

  it.each([
    [null, 'Cookie, Authorization'],
    ['Accept-Encoding', 'Accept-Encoding, Cookie, Authorization'],
    ['cookie', 'cookie, Authorization'],
    ['Accept, *', '*'],
  ])('varies, from %j, by %s', (origin, expected) => {
    expect(varyByIdentity(origin)).toBe(expected);
  });
});
