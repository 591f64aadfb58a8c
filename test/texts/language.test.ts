import { describe, expect, it } from 'vitest';
import { en } from '../../src/texts/en/index.ts';
import { chooseLanguage, type Languages, languageOf } from '../../src/texts/language.ts';

const languages = (...tags: string[]): Languages => {
  const offered = tags.map((tag) => languageOf(tag, en));
  return { offered, fallback: offered[0] ?? languageOf('en', en) };
};

describe('the language of a page', () => {
  const several = languages('en', 'de', 'pt-BR', 'zh-Hant', 'sr-Latn', 'fr', 'fr-CA');

  it.each([
    [['fr'], 'fr'],
    [['FR-ca'], 'fr-CA'],
    [['de-AT'], 'de'],
    [['de-CH-1996'], 'de'],
    [['fr-CH', 'de'], 'fr'],
    [['it', 'de'], 'de'],
    [['pt'], 'pt-BR'],
    [['pt-PT'], 'pt-BR'],
    [['zh-TW'], 'zh-Hant'],
    [['zh'], 'en'],
    [['sr'], 'en'],
    [['sr-Latn-RS'], 'sr-Latn'],
    [['de-x-private'], 'de'],
    [[], 'en'],
    [['*'], 'en'],
    [['it', 'ja'], 'en'],
    [['', '-', 'd', '%', 'de_DE', '\u0000', 'constructor'], 'en'],
    [['x'.repeat(100_000), 'de'], 'de'],
  ])('for %j is %s', (wanted, tag) => {
    expect(chooseLanguage(several, wanted).language).toBe(tag);
  });

  it('is looked for among the first twenty that somebody asks for, and no more', () => {
    const wanted = Array.from({ length: 20 }, () => 'it');
    expect(chooseLanguage(several, [...wanted.slice(1), 'de']).language).toBe('de');
    expect(chooseLanguage(several, [...wanted, 'de']).language).toBe('en');
  });
});

it.each([
  ['en', 'ltr'],
  ['ar', 'rtl'],
  ['he-IL', 'rtl'],
  ['fa', 'rtl'],
  ['ur', 'rtl'],
  ['az', 'ltr'],
  ['az-Arab', 'rtl'],
  ['ku-Latn', 'ltr'],
  ['dv', 'rtl'],
])('%s is written %s', (tag, direction) => {
  expect(languageOf(tag, en).direction).toBe(direction);
});
