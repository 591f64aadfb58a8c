import { english, type Language } from './language.ts';
import { fill, type Plural, plural } from './text.ts';
import type { Texts } from './texts.ts';

/** What is wrong with a form or one of its fields. Its words are among `texts.faults`. */
export interface Fault {
  code: keyof Texts['faults'];
  /** The number that the words name: characters, minutes. */
  count?: number | undefined;
}

export const faultInWords = (
  { language, texts }: Pick<Language, 'language' | 'texts'>,
  { code, count = 0 }: Fault,
): string => {
  const text: string | Plural<'count'> = texts.faults[code];
  return typeof text === 'string' ? fill(text, { count }) : plural(language, text, count);
};

/** For programs. */
export const faultInEnglish = (fault: Fault): string => faultInWords(english, fault);
