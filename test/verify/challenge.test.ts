import { expect, it } from 'vitest';
import { challengeHeader } from '../../src/verify/challenge.ts';

it('a challenge names what it was given, in its own order, and nothing else', () => {
  expect(
    challengeHeader('Bearer', { error: 'insufficient_scope', scope: ['a', 'b'], max_age: undefined }),
  ).toBe('Bearer error="insufficient_scope", scope="a b"');
});

it('a challenge without parameters is its scheme', () => {
  expect(challengeHeader('DPoP', {})).toBe('DPoP');
});

it('a challenge cannot be broken out of', () => {
  expect(challengeHeader('Bearer', { error_description: 'a"b\\c\r\nd\u00e9' })).toBe(
    `Bearer error_description="a'b'c''d'"`,
  );
});
