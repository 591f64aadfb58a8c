import { describe, expect, it } from 'vitest';
import { en } from '../../src/texts/en/index.ts';
import { shipped } from '../../src/texts/language.ts';
import type { Catalogue } from '../../src/texts/text.ts';
import { textFaults } from '../../src/texts/text-faults.ts';
import { pseudoTexts } from './pseudo.ts';

/** Every text by its path. */
const flat = (texts: Catalogue, path = ''): [path: string, text: string][] =>
  Object.entries(texts).flatMap(([name, text]) =>
    typeof text === 'string' ? [[`${path}${name}`, text] as [string, string]] : flat(text, `${path}${name}.`),
  );

/** A copy with one text replaced, or taken away. */
function changed(path: string, text: unknown): unknown {
  const copy = structuredClone<unknown>(en) as Record<string, unknown>;
  const names = path.split('.');
  const last = names.pop() ?? '';
  let at = copy;
  for (const name of names) at = at[name] as Record<string, unknown>;
  if (text === undefined) delete at[last];
  else at[last] = text;
  return copy;
}

const faultsOf = (texts: unknown): string[] => [...textFaults(texts, 'fr')];

describe.each(Object.entries(shipped))('the texts in %s', (language, texts) => {
  it('are complete, with every place filled in', () => {
    expect([...textFaults(texts, language)]).toEqual([]);
  });

  it('are plain text in one line each, but for mails', () => {
    const odd = flat(texts as Catalogue).filter(
      ([path, text]) =>
        /[<>]|&\w+;/.test(text) || (!path.startsWith('mail.') && /\n| {2}|^\s|\s$/.test(text)),
    );
    expect(odd).toEqual([]);
  });
});

it('leaves nothing in English in German but what is the same there', () => {
  const german = new Map(flat(shipped.de as Catalogue));
  const same = flat(en).filter(
    ([path, text]) => german.get(path) === text && /[a-z]/i.test(text.replace(/\{\w+\}/g, '')),
  );
  expect([...new Set(same.map(([, text]) => text))].sort()).toEqual(
    [
      'Apps: {apps}',
      'App: {app}',
      'Browser',
      'Code',
      'Issuer',
      'JWKS',
      'Name',
      'Origin',
      'Region',
      'Start',
      'Passkeys',
      'Website',
    ].sort(),
  );
});

describe('a translation of one’s own', () => {
  it('may be in any language', () => {
    expect(faultsOf(pseudoTexts)).toEqual([]);
  });

  it.each([
    ['signIn.title', undefined, 'fr.signIn.title: is missing'],
    ['signIn', undefined, 'fr.signIn: is missing'],
    ['signIn', 'Connexion', 'fr.signIn: must be an object'],
    ['signIn.title', '', 'fr.signIn.title: must be a text'],
    ['signIn.title', 3, 'fr.signIn.title: must be a text'],
    ['signIn.noAccountYet', 'Pas de compte ?', 'fr.signIn.noAccountYet: must have the place {signUp}'],
    ['signIn.title', 'Connexion {name}', 'fr.signIn.title: has {name}, which nothing fills in'],
    ['signIn.titel', 'Connexion', 'fr.signIn.titel: is no text of ours'],
    ['faults.locked', undefined, 'fr.faults.locked: is missing'],
    ['faults.locked', 'Trop', 'fr.faults.locked: must be an object with a text for each plural category'],
    ['faults.locked.other', undefined, 'fr.faults.locked.other: is missing'],
    ['faults.locked.other', 'Trop', 'fr.faults.locked.other: must have the place {count}'],
    ['faults.locked.many', 3, 'fr.faults.locked.many: must be a text'],
    ['faults.locked.many', '{n}', 'fr.faults.locked.many: has {n}, which nothing fills in'],
    ['faults.locked.some', '{count}', 'fr.faults.locked.some: is no plural category (Unicode CLDR)'],
  ])('with %s as %j is refused', (path, text, fault) => {
    expect(faultsOf(changed(path, text))).toEqual([fault]);
  });

  it('may leave the number out of a form that stands for one number', () => {
    expect(faultsOf(changed('faults.locked.one', 'Dans une minute.'))).toEqual([]);
  });
});
