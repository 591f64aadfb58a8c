import { de } from './de/index.ts';
import { en } from './en/index.ts';
import type { Texts } from './texts.ts';

/** A language that pages and mails are written in. */
export interface Language {
  /** A BCP 47 tag, such as `en` or `pt-BR`. */
  language: string;
  direction: 'ltr' | 'rtl';
  texts: Texts;
}

/** The languages on offer. */
export interface Languages {
  offered: readonly Language[];
  /** For whoever reads none of them, or does not say. */
  fallback: Language;
}

/** The texts that come with the package. */
export const shipped: Readonly<Record<string, Texts>> = { en, de };

/** Scripts in use that are written from right to left (Unicode CLDR). */
const rightToLeft = new Set(['Adlm', 'Arab', 'Hebr', 'Mand', 'Nkoo', 'Rohg', 'Samr', 'Syrc', 'Thaa']);

/** Language and script, as far as the tag says them or they can be told from the rest; undefined for what is no tag. */
function writingOf(tag: string): { language: string; script: string } | undefined {
  try {
    const { language, script = '' } = new Intl.Locale(tag).maximize();
    return { language, script };
  } catch {
    return undefined;
  }
}

export const languageOf = (language: string, texts: Texts): Language => ({
  language,
  direction: rightToLeft.has(writingOf(language)?.script ?? '') ? 'rtl' : 'ltr',
  texts,
});

export const english: Language = languageOf('en', en);

/** RFC 4647 §3.4: the tag itself, or else what is left of it without its last subtags. */
function lookUp(range: string, offered: readonly Language[]): Language | undefined {
  for (let rest = range.toLowerCase(); rest !== ''; rest = rest.replace(/(?:^|-)[^-]*(?:-[a-z0-9])?$/, '')) {
    const found = offered.find(({ language }) => language.toLowerCase() === rest);
    if (found) return found;
  }
  return undefined;
}

/** Somebody who asks for `pt` reads `pt-BR`, and somebody who asks for `zh-TW` reads `zh-Hant`. */
function sameWriting(range: string, offered: readonly Language[]): Language | undefined {
  const wanted = writingOf(range);
  return (
    wanted &&
    offered.find(({ language }) => {
      const found = writingOf(language);
      return found?.language === wanted.language && found.script === wanted.script;
    })
  );
}

/** Nobody reads more, and nobody's request may cost more. */
const MAXIMUM_WANTED = 20;
/** RFC 5646 §4.4.1. */
const MAXIMUM_TAG_LENGTH = 35;

/** The first that is on offer. @param wanted BCP 47 tags, the best first; what is none is passed over */
export function chooseLanguage({ offered, fallback }: Languages, wanted: readonly string[]): Language {
  for (const range of wanted.slice(0, MAXIMUM_WANTED)) {
    if (range.length > MAXIMUM_TAG_LENGTH) continue;
    const found = lookUp(range, offered) ?? sameWriting(range, offered);
    if (found) return found;
  }
  return fallback;
}
