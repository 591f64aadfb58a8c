import { createHash } from 'node:crypto';
import { iconSource } from './emblem.tsx';
import { court } from './style/court.ts';
import { foundation } from './style/foundation.ts';
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

/** Content-addressed: what is at one address never changes, so a browser may keep it for good. */
const pathOf = (content: string, extension: string): string =>
  `/assets/${createHash('sha256').update(content).digest('hex').slice(0, 16)}.${extension}`;

export const stylesheet = minify(foundation + gate + court);
export const stylesheetPath = pathOf(stylesheet, 'css');
export const icon = iconSource;
export const iconPath = pathOf(icon, 'svg');
