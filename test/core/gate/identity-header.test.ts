import { describe, expect, it } from 'vitest';
import { identityHeaderValue } from '../../../src/core/gate/identity-header.ts';

describe('a claim as a plain header', () => {
  it.each([
    ['ada@example.test', 'ada@example.test'],
    ['Ada Lovelace', 'Ada Lovelace'],
    ['Zoë', 'Zo%C3%AB'],
    ['王 💡', '%E7%8E%8B %F0%9F%92%A1'],
    ['100%', '100%25'],
    ['%2C', '%252C'],
    [' x ', '%20x%20'],
    ['a\r\nX-Admin: 1', 'a%0D%0AX-Admin: 1'],
    ['\u0000\u007f\u0085', '%00%7F%C2%85'],
    ['\ud800', '%EF%BF%BD'],
    [true, 'true'],
    [1_700_000_000, '1700000000'],
    [['staff', 'a,b', 'Zoë'], 'staff,a%2Cb,Zo%C3%AB'],
    [['x'.repeat(4096)], 'x'.repeat(4096)],
  ])('%j is %s, and can be read back', (claim, expected) => {
    const value = identityHeaderValue(claim);
    expect(value).toBe(expected);
    expect(value).toMatch(/^[\x21-\x7e]([\x20-\x7e]*[\x21-\x7e])?$/);
    const read = Array.isArray(claim)
      ? value?.split(',').map(decodeURIComponent)
      : decodeURIComponent(`${value}`);
    if (claim !== '\ud800') expect(read).toEqual(Array.isArray(claim) ? claim : String(claim));
  });

  it.each([
    ['an absent claim', undefined],
    ['an empty one', ''],
    ['no groups', []],
    ['what is no text', { format: 'iss_sub' }],
    ['null', null],
    ['what is too long to be sent whole', 'x'.repeat(4097)],
    ['too many groups', Array.from({ length: 1000 }, () => 'group')],
  ])('%s has none', (_, claim) => {
    expect(identityHeaderValue(claim)).toBeUndefined();
  });
});
