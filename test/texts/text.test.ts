import { describe, expect, it } from 'vitest';
import { faultInWords } from '../../src/texts/fault.ts';
import { english } from '../../src/texts/language.ts';
import { momentInWords } from '../../src/texts/moment.ts';
import { fill, plural } from '../../src/texts/text.ts';

describe('a text', () => {
  it('has its places filled in, as often as they stand there, in any order', () => {
    const text: string = '{b} and {a}, {b}';
    expect(fill<'a' | 'b'>(text, { a: 1, b: 'two' })).toBe('two and 1, two');
  });

  it('takes what is filled in as it is, even where it looks like a place or a pattern', () => {
    expect(fill<'a' | 'b'>('{a}{b}' as string, { a: '{b}', b: '$& {a}' })).toBe('{b}$& {a}');
  });

  it('takes no place from what every object has', () => {
    expect(fill('{constructor} {toString}' as string, {})).toBe('{constructor} {toString}');
  });
});

describe('a number in a text', () => {
  it('is put by the categories of the language', () => {
    const minutes = { one: '{count} minute', other: '{count} minutes' };
    expect([1, 2, 15].map((count) => plural('en', minutes, count))).toEqual([
      '1 minute',
      '2 minutes',
      '15 minutes',
    ]);
    const arabic = { two: 'دقيقتان', few: '{count} دقائق', other: '{count} دقيقة' };
    expect([2, 3, 100].map((count) => plural('ar', arabic, count))).toEqual([
      'دقيقتان',
      '3 دقائق',
      '100 دقيقة',
    ]);
  });

  it('of a fault is the one that the fault names', () => {
    expect(faultInWords(english, { code: 'locked', count: 1 })).toBe(
      'Too many attempts. Try again in 1 minute.',
    );
    expect(faultInWords(english, { code: 'password_too_short', count: 15 })).toContain('15 characters');
    expect(faultInWords(english, { code: 'name_missing' })).toBe('Enter your name.');
  });
});

it('says when in the language of the page, in UTC', () => {
  const at = Date.UTC(2026, 11, 4, 21, 5);
  expect(momentInWords('en', at)).toBe('4 Dec 2026, 21:05 UTC');
  expect(momentInWords('de', at)).toBe('4. Dez. 2026, 21:05 UTC');
  expect(momentInWords('he', at)).toMatch(/דצמ.*2026.*21:05/);
});
