import { describe, expect, it } from 'vitest';
import {
  bearerChallenge,
  privateCacheControl,
  resourceMetadataPath,
  varyByIdentity,
} from '../../../src/core/gate/response.ts';

describe('WWW-Authenticate', () => {
  const resourceMetadata = 'https://app.test/.well-known/oauth-protected-resource/api';

  it('has no error when no credentials were sent (RFC 6750 §3.1)', () => {
    expect(bearerChallenge({ resourceMetadata, errorDescription: 'nobody' })).toBe(
      `Bearer resource_metadata="${resourceMetadata}"`,
    );
  });

  it('names the error and the scope that is missing', () => {
    expect(bearerChallenge({ error: 'insufficient_scope', scope: ['a', 'b'], resourceMetadata })).toBe(
      `Bearer error="insufficient_scope", scope="a b", resource_metadata="${resourceMetadata}"`,
    );
  });

  it('cannot be broken out of', () => {
    expect(
      bearerChallenge({ error: 'invalid_token', errorDescription: 'a"b\\c\r\nd', resourceMetadata }),
    ).toContain(`error_description="a'b'c''d"`);
  });
});

it('puts the metadata of a resource between its host and its path (RFC 9728 §3.1)', () => {
  expect(resourceMetadataPath('/demo/api')).toBe('/.well-known/oauth-protected-resource/demo/api');
  expect(resourceMetadataPath('/')).toBe('/.well-known/oauth-protected-resource');
});

describe('an answer that identity shaped', () => {
  it.each([
    [null, 'private'],
    ['', 'private'],
    ['max-age=60', 'private, max-age=60'],
    ['public, max-age=60, s-maxage=600', 'private, max-age=60'],
    ['no-cache', 'private, no-cache'],
    ['no-store', 'no-store'],
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
