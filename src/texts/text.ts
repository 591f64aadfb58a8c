// Texts are data: strings with {places} to fill in, so that a translation can be a file, and can be checked.

type PlacesOf<Literal extends string> = Literal extends `${string}{${infer Place}}${infer Rest}`
  ? Place | PlacesOf<Rest>
  : never;

/** A text with these places to fill in. */
export type Text<Place extends string = never> = string & { readonly places?: Place };

/** A text that depends on a number, by the plural categories of its language (Unicode CLDR); `{count}` is the number. */
export type Plural<Place extends string = never> = {
  readonly [category in Exclude<Intl.LDMLPluralRule, 'other'>]?: Text<Place>;
} & { readonly other: Text<Place> };

/** What a catalogue of texts is made of. */
export interface Catalogue {
  readonly [name: string]: string | Catalogue;
}

/** The type of a translation of a catalogue. A member `other` makes a plural. */
export type Translation<Original> = Original extends string
  ? Text<PlacesOf<Original>>
  : Original extends { readonly other: infer Other extends string }
    ? Plural<PlacesOf<Other>>
    : { readonly [name in keyof Original]: Translation<Original[name]> };

/** The text with its places filled in. */
export const fill = <Place extends string>(
  text: Text<Place>,
  values: Readonly<Record<Place, string | number>>,
): string =>
  text.replace(/\{(\w+)\}/g, (place, name: Place) =>
    Object.hasOwn(values, name) ? String(values[name]) : place,
  );

/** The text for so many, in the language it is written in. @param language a BCP 47 tag */
export const plural = (language: string, text: Plural<'count'>, count: number): string =>
  fill<'count'>(text[new Intl.PluralRules(language).select(count)] ?? text.other, { count });
