import * as v from 'valibot';
import { type Languages, languageOf, shipped } from '../texts/language.ts';
import { textFaults } from '../texts/text-faults.ts';
import type { Texts } from '../texts/texts.ts';
import { byName } from './values.ts';

function isCanonical(tag: string): boolean {
  try {
    return Intl.getCanonicalLocales(tag)[0] === tag;
  } catch {
    return false;
  }
}

const tag = v.pipe(
  v.string(),
  v.check(isCanonical, 'must be a BCP 47 language tag as it is usually written, such as fr or pt-BR'),
);

/** The languages of pages and mails. See docs/look.md. */
export const languages = v.optional(
  v.strictObject({
    /** For whoever reads none of those on offer, or does not say. Default en. */
    default: v.optional(tag, 'en'),
    /** Those on offer. Default: en, de, and every one in `texts`. */
    offered: v.optional(v.pipe(v.array(tag), v.minLength(1))),
    /** Texts of your own by language, complete: further languages, or other words for one that is shipped. */
    texts: v.optional(
      byName(
        tag,
        v.custom<Texts>((input) => typeof input === 'object' && input !== null, 'must be an object of texts'),
        '{ fr }',
      ),
      {},
    ),
  }),
  {},
);

type Parsed = v.InferOutput<typeof languages>;

export function* languageFaults({ default: fallback, offered, texts }: Parsed): Generator<string> {
  const known = { ...shipped, ...texts };
  for (const [name, own] of Object.entries(texts)) yield* textFaults(own, `languages.texts.${name}`);
  for (const name of offered ?? [])
    if (!Object.hasOwn(known, name)) yield `languages.offered: there are no texts in "${name}"`;
  if (!(offered ?? Object.keys(known)).includes(fallback))
    yield `languages.default: "${fallback}" is none of those on offer; name one that is`;
}

/** @param parsed without faults */
export function resolveLanguages({ default: fallback, offered, texts }: Parsed): Languages {
  const known: Readonly<Record<string, Texts>> = { ...shipped, ...texts };
  const all = (offered ?? Object.keys(known)).flatMap((name) =>
    known[name] ? [languageOf(name, known[name])] : [],
  );
  const found = all.find(({ language }) => language === fallback);
  if (!found) throw new Error('the languages have faults');
  return { offered: all, fallback: found };
}
