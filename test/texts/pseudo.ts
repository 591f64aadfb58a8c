import { en } from '../../src/texts/en/index.ts';
import { type Language, languageOf } from '../../src/texts/language.ts';
import type { Catalogue } from '../../src/texts/text.ts';
import type { Texts } from '../../src/texts/texts.ts';

/** A text without one Latin letter, and as long as the original; its places stay. */
const disguised = (text: string): string =>
  text
    .split(/(\{\w+\})/)
    .map((part) => (part.startsWith('{') ? part : part.replace(/[A-Za-z]/g, 'ש')))
    .join('');

const translated = (texts: Catalogue): Catalogue =>
  Object.fromEntries(
    Object.entries(texts).map(([name, text]) => [
      name,
      typeof text === 'string' ? disguised(text) : translated(text),
    ]),
  );

/** Every text in a language that nobody speaks, from right to left: what is still English on a page is hard-coded. */
export const pseudoTexts = translated(en) as Texts;
/** Under the tag of Hebrew, so that dates and plurals have a language that exists. */
export const pseudo: Language = languageOf('he', pseudoTexts);

/** What people read of a page, without moments, code and what says that it is English. */
export function readOf(html: string): string {
  const attributes = [...html.matchAll(/ (?:title|alt|label|placeholder|aria-label)="([^"]*)"/g)];
  const text = html
    .replace(/<(time|code|script)\b[^>]*>[\s\S]*?<\/\1>/g, ' ')
    .replace(/<(\w+)[^>]* lang="en"[^>]*>[^<]*<\/\1>/g, ' ')
    .replace(/<wbr\/?>/g, '')
    .replace(/<[^>]*>/g, ' ')
    .replace(/&#?\w+;/g, ' ');
  return [text, ...attributes.map(([, value = '']) => value)].join(' ').replace(/\s+/g, ' ').trim();
}
