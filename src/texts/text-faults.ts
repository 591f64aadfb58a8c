import { en } from './en/index.ts';
import type { Catalogue } from './text.ts';

const categories: ReadonlySet<string> = new Set(['zero', 'one', 'two', 'few', 'many', 'other']);

const placesOf = (text: string): Set<string> =>
  new Set([...text.matchAll(/\{(\w+)\}/g)].map(([, place = '']) => place));

const isPlural = (original: string | Catalogue): original is Catalogue & { other: string } =>
  typeof original === 'object' && typeof original.other === 'string';

const membersOf = (value: unknown): Map<string, unknown> | undefined =>
  typeof value === 'object' && value !== null && !Array.isArray(value)
    ? new Map(Object.entries(value))
    : undefined;

/** A text must bring what English brings: a place that is missing may be a link, or whom a warning is about. */
function* ofText(original: string, found: unknown, path: string): Generator<string> {
  if (found === undefined) return yield `${path}: is missing`;
  if (typeof found !== 'string' || found.trim() === '') return yield `${path}: must be a text`;
  const [wanted, brought] = [placesOf(original), placesOf(found)];
  for (const place of wanted) if (!brought.has(place)) yield `${path}: must have the place {${place}}`;
  for (const place of brought)
    if (!wanted.has(place)) yield `${path}: has {${place}}, which nothing fills in`;
}

/** Each language has plural categories of its own; `one minute` need not name the number. */
function* ofPlural({ other }: { other: string }, found: unknown, path: string): Generator<string> {
  if (found === undefined) return yield `${path}: is missing`;
  const members = membersOf(found);
  if (!members) return yield `${path}: must be an object with a text for each plural category`;
  yield* ofText(other, members.get('other'), `${path}.other`);
  for (const [category, text] of members) {
    if (!categories.has(category)) yield `${path}.${category}: is no plural category (Unicode CLDR)`;
    else if (typeof text !== 'string') yield `${path}.${category}: must be a text`;
    else if (category !== 'other') {
      const known = placesOf(other);
      for (const place of placesOf(text))
        if (!known.has(place)) yield `${path}.${category}: has {${place}}, which nothing fills in`;
    }
  }
}

/** What is wrong with a translation: each line names the text. */
export function* textFaults(found: unknown, path: string, original: Catalogue = en): Generator<string> {
  const members = membersOf(found);
  if (!members) return yield `${path}: ${found === undefined ? 'is missing' : 'must be an object'}`;
  for (const [name, text] of Object.entries(original)) {
    const place = `${path}.${name}`;
    if (typeof text === 'string') yield* ofText(text, members.get(name), place);
    else if (isPlural(text)) yield* ofPlural(text, members.get(name), place);
    else yield* textFaults(members.get(name), place, text);
  }
  for (const name of members.keys())
    if (!Object.hasOwn(original, name)) yield `${path}.${name}: is no text of ours`;
}
