import * as v from 'valibot';
import { changedPalette, contrastFaults, type Palette, palettes } from '../core/look/palette.ts';

const MAXIMUM_PICTURE_LENGTH = 64 * 1024;

const svgForm = /^\s*(?:<\?xml[^>]*\?>\s*)?<svg\b[^>]*\bxmlns=["']http:\/\/www\.w3\.org\/2000\/svg["']/;
const dataForm = /^data:image\/(png|webp|jpeg|svg\+xml);base64,([A-Za-z0-9+/]+={0,2})$/;

/** An image that we serve ourselves: a page asks no other server for one, and its policy allows none. */
export interface Picture {
  /** A media type. */
  type: string;
  content: string | Uint8Array<ArrayBuffer>;
}

const decoded = (base64: string): Uint8Array<ArrayBuffer> =>
  Uint8Array.from(atob(base64), (character) => character.charCodeAt(0));

function pictureOf(text: string): Picture | undefined {
  if (svgForm.test(text)) return { type: 'image/svg+xml', content: text.trim() };
  const [, kind, base64 = ''] = dataForm.exec(text) ?? [];
  if (kind === undefined || base64.length % 4 !== 0) return undefined;
  return { type: `image/${kind}`, content: decoded(base64) };
}

const picture = v.pipe(
  v.string(),
  v.maxLength(MAXIMUM_PICTURE_LENGTH, 'must have at most 65,536 characters'),
  v.rawTransform(({ dataset, addIssue, NEVER }): Picture => {
    const found = pictureOf(dataset.value);
    if (found) return found;
    addIssue({
      message:
        'must be an SVG as text, <svg xmlns="http://www.w3.org/2000/svg" ...>, or a data: URL in base64 of a PNG, WebP, JPEG or SVG',
    });
    return NEVER;
  }),
);

const colour = v.pipe(
  v.string(),
  v.regex(/^#[0-9a-f]{6}$/i, 'must be a colour of six hexadecimal digits, such as #14594b'),
);

const names = Object.keys(palettes.light) as (keyof Palette)[];
/** See src/core/look/palette.ts for what each one colours. */
const palette = v.optional(
  v.strictObject(
    Object.fromEntries(names.map((name) => [name, v.exactOptional(colour)])) as Record<
      keyof Palette,
      v.ExactOptionalSchema<typeof colour, undefined>
    >,
  ),
  {},
);

/** Where a link of a page may lead: nowhere that a browser would run. */
const link = v.pipe(
  v.string(),
  v.check(
    (text) => /^(?:https:\/\/|mailto:[^\s@]+@|\/(?![/\\]))[\x21-\x7e]*$/.test(text),
    'must begin with https:// or mailto:, or be a path on the issuer’s host',
  ),
);

/** How the pages look. See docs/look.md. */
export const look = v.optional(
  v.strictObject({
    /** Beside the name, in the place of the portcullis: an SVG as text, or a data: URL of a PNG, WebP, JPEG or SVG. */
    logo: v.optional(picture),
    /** The same for the dark scheme. Default: `logo`. */
    logoDark: v.optional(picture),
    /** Whether the logo has the name in it, which is then not written beside it. Default false. */
    nameInLogo: v.optional(v.boolean(), false),
    /** Of the browser's tab. Default: the portcullis. */
    icon: v.optional(picture),
    /**
     * Colours that are to be otherwise, `#rrggbb`: `{ light: { accent: '#7a1fa2' }, dark: { accent: '#d9a8f0' } }`. Those
     * that text has must have a contrast of at least 4.5 to what they stand on (WCAG 2.2).
     */
    colours: v.optional(v.strictObject({ light: palette, dark: palette }), {}),
    /** At the end of every page: https, mailto, or a path on the issuer's host. */
    links: v.optional(
      v.strictObject({ privacy: v.optional(link), terms: v.optional(link), support: v.optional(link) }),
      {},
    ),
  }),
  {},
);

type Parsed = v.InferOutput<typeof look>;

/** What the pages are shown with. */
export type Look = Omit<Parsed, 'colours'> & { palettes: typeof palettes };

export const resolveLook = ({ colours, ...rest }: Parsed): Look => ({
  ...rest,
  palettes: {
    light: changedPalette(palettes.light, colours.light),
    dark: changedPalette(palettes.dark, colours.dark),
  },
});

export function* lookFaults(parsed: Parsed): Generator<string> {
  const { palettes: resolved } = resolveLook(parsed);
  for (const scheme of ['light', 'dark'] as const)
    for (const fault of contrastFaults(resolved[scheme])) yield `look.colours.${scheme}: ${fault}`;
  if (!parsed.logo && (parsed.logoDark || parsed.nameInLogo)) yield 'look.logo: is missing';
}
