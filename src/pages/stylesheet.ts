import type { Palette, Scheme } from '../core/look/palette.ts';
import { court } from './style/court.ts';
import { colours, foundation } from './style/foundation.ts';
import { gate } from './style/gate.ts';

/** Takes out comments and the white space that CSS does not need. */
const minify = (css: string): string =>
  css
    .replace(/\/\*[\s\S]*?\*\//g, '')
    .replace(/\s+/g, ' ')
    .replace(/ ?([{};,]) ?/g, '$1')
    .replace(/: /g, ':')
    .replace(/;}/g, '}')
    .trim();

/** The stylesheet of every page, in these colours. */
export const stylesheetOf = (palettes: Readonly<Record<Scheme, Palette>>): string =>
  minify(colours(palettes) + foundation + gate + court);
