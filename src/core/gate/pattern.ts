/** What a wildcard takes: `segment` one or more characters that are no delimiter, `any` whatever there is. */
type Wildcard = 'segment' | 'any';
/** Characters that must be there as they are, or a wildcard. */
type Item = { text: string } | { wildcard: Wildcard };
interface Part {
  items: readonly Item[];
  modifier: '' | '?' | '*' | '+';
}

/** A pattern of URLPattern (URL Pattern Standard §1) without regular expressions, of a path or of the name of a host. */
export interface Pattern {
  parts: readonly Part[];
  delimiter: '/' | '.';
}

// What a name is made of: the identifiers of JavaScript, which is what the standard says.
const token =
  /\\(?<escaped>.)|:(?<name>[$_\p{ID_Start}](?:[$_\p{ID_Continue}]|\u200c|\u200d)*)|(?<special>[*+?{}()])|(?<character>[^\\:])/suy;

interface Token {
  kind: 'escaped' | 'name' | 'special' | 'character';
  value: string;
}

function tokens(text: string): Token[] | undefined {
  const found: Token[] = [];
  token.lastIndex = 0;
  while (token.lastIndex < text.length) {
    const groups = token.exec(text)?.groups;
    if (!groups) return undefined;
    for (const kind of ['escaped', 'name', 'special', 'character'] as const) {
      const value = groups[kind];
      if (value !== undefined) found.push({ kind, value });
    }
  }
  return found;
}

const isModifier = (value: string): value is '?' | '*' | '+' => ['?', '*', '+'].includes(value);
const textOf = (items: readonly Item[]): string =>
  items.map((item) => ('text' in item ? item.text : '')).join('');

/**
 * A repetition that takes nothing which one round would not take as well is one round: `{a*}+` is `a*`. What is left has
 * a delimiter in each round.
 */
function simplified({ items, modifier }: Part, delimiter: string): Part {
  const wildcard = items.flatMap((item) => ('wildcard' in item ? [item.wildcard] : []))[0];
  const repeats = modifier === '*' || modifier === '+';
  if (!repeats || !wildcard || (wildcard === 'segment' && textOf(items).includes(delimiter)))
    return { items, modifier };
  return { items, modifier: modifier === '*' ? '?' : '' };
}

/**
 * Reads a pattern as URLPattern does (§2.1 of the standard, "parse a pattern string"); texts are taken as they stand. A path pattern that ends in
 * `/*` takes the path before it as well: to an origin that overlooks a trailing slash the two are one.
 * @returns undefined for regular expressions, and for what is no pattern.
 */
export function parsePattern(text: string, delimiter: '/' | '.'): Pattern | undefined {
  const list = tokens(text);
  if (!list) return undefined;
  const parts: Part[] = [];
  let pending = '';
  let at = 0;
  const next = (kind: Token['kind'], ...values: string[]): string | undefined => {
    const found = list[at];
    if (found?.kind !== kind || (values.length > 0 && !values.includes(found.value))) return undefined;
    at += 1;
    return found.value;
  };
  const nextWildcard = (): Wildcard | undefined =>
    next('name') !== undefined ? 'segment' : next('special', '*') !== undefined ? 'any' : undefined;
  const nextText = (): string => {
    let found = '';
    for (let one = next('character') ?? next('escaped'); one !== undefined; ) {
      found += one;
      one = next('character') ?? next('escaped');
    }
    return found;
  };
  const add = (prefix: string, wildcard: Wildcard | undefined, suffix: string): void => {
    const modifier = next('special', '?', '*', '+') ?? '';
    if (!wildcard && modifier === '') {
      pending += prefix;
      return;
    }
    if (pending !== '') parts.push({ items: [{ text: pending }], modifier: '' });
    pending = '';
    const around = [{ text: prefix }, ...(wildcard ? [{ wildcard }] : []), { text: suffix }];
    const items = around.filter((item) => !('text' in item) || item.text !== '');
    if (items.length === 0) return;
    parts.push(simplified({ items, modifier: isModifier(modifier) ? modifier : '' }, delimiter));
  };
  while (at < list.length) {
    // In a path the slash before a wildcard belongs to it, and is optional or repeated with it.
    const isPrefix = delimiter === '/' && list[at]?.kind === 'character' && list[at]?.value === '/';
    const after = list[at + 1];
    if (isPrefix && (after?.kind === 'name' || (after?.kind === 'special' && after.value === '*'))) at += 1;
    const wildcard = nextWildcard();
    if (wildcard) {
      add(isPrefix ? '/' : '', wildcard, '');
    } else if (next('special', '{') !== undefined) {
      const prefix = nextText();
      const inside = nextWildcard();
      const suffix = inside ? nextText() : '';
      if (next('special', '}') === undefined) return undefined;
      add(prefix, inside, suffix);
    } else {
      const one = next('character') ?? next('escaped');
      if (one === undefined) return undefined;
      pending += one;
    }
  }
  if (pending !== '') parts.push({ items: [{ text: pending }], modifier: '' });
  const last = parts.at(-1);
  if (delimiter === '/' && text.endsWith('/*') && last?.modifier === '') {
    parts[parts.length - 1] = { items: last.items, modifier: '?' };
  }
  return { parts, delimiter };
}

/** The text of a pattern up to its first wildcard or group with a modifier: all of it, if it has none. */
export function literalPrefix({ parts }: Pattern): { text: string; isWhole: boolean } {
  const [first] = parts;
  const isText = first?.modifier === '' && first.items.every((item) => 'text' in item);
  return { text: isText ? textOf(first.items) : '', isWhole: isText && parts.length === 1 };
}

/** A text that the pattern takes, with `x` for each wildcard and each optional group once. */
export const sampleOf = ({ parts }: Pattern): string =>
  parts.flatMap(({ items }) => items.map((item) => ('text' in item ? item.text : 'x'))).join('');

/** The same pattern with other texts. */
export const withTexts = ({ parts, delimiter }: Pattern, change: (text: string) => string): Pattern => ({
  parts: parts.map(({ items, modifier }) => ({
    items: items.map((item) => ('text' in item ? { text: change(item.text) } : item)),
    modifier,
  })),
  delimiter,
});

/** A nondeterministic automaton: where each state leads without a character, and where with one. */
interface Automaton {
  empty: number[][];
  step: ({ on: string | Wildcard; to: number } | undefined)[];
  start: number;
  end: number;
  delimiter: string;
}

function automatonOf({ parts, delimiter }: Pattern): Automaton {
  const empty: number[][] = [];
  const step: Automaton['step'] = [];
  const state = (): number => {
    step.push(undefined);
    return empty.push([]) - 1;
  };
  const link = (from: number, to: number) => empty[from]?.push(to);
  const start = state();
  let end = start;
  for (const { items, modifier } of parts) {
    const first = state();
    link(end, first);
    let at = first;
    const advance = (on: string | Wildcard): void => {
      const to = state();
      step[at] = { on, to };
      at = to;
    };
    for (const item of items) {
      if ('text' in item) {
        for (const character of item.text.split('')) advance(character);
      } else {
        // A state of its own: what may be left out begins before it.
        const loop = state();
        link(at, loop);
        at = loop;
        advance(item.wildcard);
        link(at, loop);
        const after = state();
        link(at, after);
        if (item.wildcard === 'any') link(loop, after);
        at = after;
      }
    }
    end = state();
    link(at, end);
    if (modifier === '?' || modifier === '*') link(first, end);
    if (modifier === '+' || modifier === '*') link(end, first);
  }
  return { empty, step, start, end, delimiter };
}

/** States that are reached without another character. */
function closure({ empty }: Automaton, states: Iterable<number>): Set<number> {
  const reached = new Set(states);
  for (const state of reached) for (const to of empty[state] ?? []) reached.add(to);
  return reached;
}

function advanced(automaton: Automaton, states: Set<number>, character: string): Set<number> {
  const reached: number[] = [];
  for (const state of states) {
    const step = automaton.step[state];
    if (!step) continue;
    const { on, to } = step;
    const takes = on === 'any' || (on === 'segment' ? character !== automaton.delimiter : on === character);
    if (takes) reached.push(to);
  }
  return closure(automaton, reached);
}

/** Stands for every character that no pattern names. */
const OTHER = '';
/** Every character that a pattern tells from others, and one for all others. */
const alphabetOf = (...patterns: Pattern[]): string[] => [
  ...new Set([OTHER, ...patterns.flatMap((one) => [one.delimiter, ...sampleOf(one).split('')])]),
];

/** Whether two patterns reach, by any text, a pair of ends that `found` is looking for. */
function reaches(a: Pattern, b: Pattern, found: (aEnds: boolean, bEnds: boolean) => boolean): boolean {
  const [left, right] = [automatonOf(a), automatonOf(b)];
  const alphabet = alphabetOf(a, b);
  const pairs: [Set<number>, Set<number>][] = [[closure(left, [left.start]), closure(right, [right.start])]];
  const seen = new Set<string>();
  for (const [one, other] of pairs) {
    if (found(one.has(left.end), other.has(right.end))) return true;
    // Nothing of the second pattern lies beyond.
    if (other.size === 0) continue;
    for (const character of alphabet) {
      const pair: [Set<number>, Set<number>] = [
        advanced(left, one, character),
        advanced(right, other, character),
      ];
      const name = pair.map((set) => [...set].sort((x, y) => x - y).join()).join(';');
      if (seen.has(name)) continue;
      seen.add(name);
      pairs.push(pair);
    }
  }
  return false;
}

/** Whether one pattern takes every text that another takes. Exact. */
export const includes = (outer: Pattern, inner: Pattern): boolean =>
  !reaches(outer, inner, (outerEnds, innerEnds) => innerEnds && !outerEnds);

/** Whether there is a text that both patterns take. Exact. */
export const overlap = (a: Pattern, b: Pattern): boolean => reaches(a, b, (aEnds, bEnds) => aEnds && bEnds);

/** More states than any pattern of a sensible length has. */
const MAXIMUM_STATES = 500;

/**
 * Compiles a pattern into a function that says whether a text matches, in time linear in the text whatever the pattern:
 * a regular expression with several wildcards could be kept busy by a long path (and it is slower).
 * @throws RangeError for a pattern with more states than MAXIMUM_STATES.
 */
export function matcher(pattern: Pattern): (text: string) => boolean {
  const { text, isWhole } = literalPrefix(pattern);
  if (isWhole) return (given) => given === text;
  const [, rest, ...more] = pattern.parts;
  // Literal text, then all that is below it: the shape of most routes.
  if (
    text !== '' &&
    more.length === 0 &&
    rest?.modifier === '?' &&
    rest.items.length === 2 &&
    rest.items[1] &&
    'wildcard' in rest.items[1] &&
    rest.items[1].wildcard === 'any'
  ) {
    const below = text + textOf(rest.items);
    return (given) => given.startsWith(below) || given === text;
  }
  return deterministic(pattern);
}

/** The subset construction: one look into a table for each character of a text. */
function deterministic(pattern: Pattern): (text: string) => boolean {
  const automaton = automatonOf(pattern);
  const alphabet = alphabetOf(pattern);
  const columns = new Map(alphabet.map((character, column) => [character.charCodeAt(0), column]));
  const ascii = Uint16Array.from({ length: 128 }, (_, code) => columns.get(code) ?? 0);
  const width = alphabet.length;
  const numbers = new Map<string, number>();
  const sets: Set<number>[] = [];
  const numberOf = (set: Set<number>): number => {
    const name = [...set].sort((x, y) => x - y).join();
    const known = numbers.get(name);
    if (known !== undefined) return known;
    if (sets.length === MAXIMUM_STATES) throw new RangeError('the pattern has too many states');
    numbers.set(name, sets.length);
    return sets.push(set) - 1;
  };
  numberOf(closure(automaton, [automaton.start]));
  const table: number[] = [];
  for (const set of sets) {
    for (const character of alphabet) table.push(numberOf(advanced(automaton, set, character)));
  }
  const compact = Uint16Array.from(table);
  const ends = sets.map((set) => set.has(automaton.end));
  return (text) => {
    let state = 0;
    for (let index = 0; index < text.length; index += 1) {
      const code = text.charCodeAt(index);
      const column = code < 128 ? ascii[code] : columns.get(code);
      state = compact[state * width + (column ?? 0)] ?? 0;
    }
    return ends[state] ?? false;
  };
}
