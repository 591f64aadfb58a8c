import { describe, expect, it } from 'vitest';
import type { ConfigInput } from '../../src/config/define.ts';
import { ConfigError } from '../../src/config/error.ts';
import { loadConfig } from '../../src/config/load.ts';
import type { Environment } from '../../src/environment.ts';
import { de, en } from '../../src/texts/index.ts';
import { pseudoTexts } from '../texts/pseudo.ts';

const load = (languages: unknown) =>
  loadConfig(() => ({ issuer: 'https://auth.company.example', languages }) as ConfigInput, {
    PORTCULLIS_ENVIRONMENT: 'production',
  } as Environment).languages;

const faultsOf = (languages: unknown): string => {
  try {
    load(languages);
  } catch (error) {
    expect(error).toBeInstanceOf(ConfigError);
    return (error as ConfigError).message;
  }
  return 'no fault';
};

const offered = (languages: unknown) => load(languages).offered.map(({ language }) => language);

describe('the languages on offer', () => {
  it('are those that are shipped, and one’s own; English is for whoever reads none of them', () => {
    expect(offered(undefined)).toEqual(['en', 'de']);
    expect(offered({ texts: { he: pseudoTexts } })).toEqual(['en', 'de', 'he']);
    expect(load(undefined).fallback).toEqual({ language: 'en', direction: 'ltr', texts: en });
  });

  it('may be fewer, and another one the default', () => {
    expect(offered({ default: 'de', offered: ['de'] })).toEqual(['de']);
    expect(load({ default: 'he', texts: { he: pseudoTexts } }).fallback).toMatchObject({
      language: 'he',
      direction: 'rtl',
    });
  });

  it('may have other words for a language that is shipped', () => {
    const texts = { en: { ...en, signIn: { ...en.signIn, title: 'Log in' } } };
    expect(load({ texts }).fallback.texts.signIn.title).toBe('Log in');
    expect(load({ texts }).offered[1]?.texts).toBe(de);
  });
});

describe('is refused', () => {
  const { signIn: _, ...rest } = en;

  it.each([
    [{ texts: { fr: rest } }, 'languages.texts.fr.signIn: is missing'],
    [{ default: 'fr' }, 'languages.default: "fr" is none of those on offer; name one that is'],
    [{ offered: ['de'] }, 'languages.default: "en" is none of those on offer; name one that is'],
    [{ offered: ['en', 'fr'] }, 'languages.offered: there are no texts in "fr"'],
    [{ offered: ['en', 'constructor'] }, 'must be a BCP 47 language tag'],
    [{ default: 'EN' }, 'languages.default: must be a BCP 47 language tag'],
    [{ texts: { pt_BR: en } }, 'must be a BCP 47 language tag'],
    [{ texts: { fr: 'texts/fr.json' } }, 'languages.texts.fr: must be an object of texts'],
    [{ texts: [en] }, 'must be an object such as { fr }'],
    [{ offered: [] }, 'languages.offered: must not be empty'],
    [{ fr: en }, 'languages.fr: is no option; every one is described in src/config/languages.ts'],
  ])('%j', (languages, fault) => {
    expect(faultsOf(languages)).toContain(fault);
  });

  it('with every text named that is missing, not the first alone', () => {
    expect(faultsOf({ texts: { fr: {} } }).split('\n')).toHaveLength(Object.keys(en).length);
  });
});
