import { en } from './en/index.ts';
import type { Texts } from './texts.ts';

/** A language that pages and mails are written in. */
export interface Language {
  /** A BCP 47 tag, such as `en` or `pt-BR`. */
  language: string;
  direction: 'ltr' | 'rtl';
  texts: Texts;
}

export const english: Language = { language: 'en', direction: 'ltr', texts: en };
