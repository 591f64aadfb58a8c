import { createHash } from 'node:crypto';
import type { Look, Picture } from '../config/look.ts';
import { iconSource } from './emblem.tsx';
import { stylesheetOf } from './stylesheet.ts';

/** A file that pages link to. */
export interface Asset {
  /** Made of its content: what is at one address never changes, so a browser may keep it for good. */
  path: string;
  content: string | Uint8Array<ArrayBuffer>;
  headers: Readonly<Record<string, string>>;
}

export interface Assets {
  stylesheet: Asset;
  icon: Asset;
  logo: Asset | undefined;
  logoDark: Asset | undefined;
  byPath: ReadonlyMap<string, Asset>;
}

const extensions: Readonly<Record<string, string>> = {
  'text/css; charset=utf-8': 'css',
  'image/svg+xml': 'svg',
  'image/png': 'png',
  'image/webp': 'webp',
  'image/jpeg': 'jpg',
};

/** An SVG that somebody opens by itself is a document of our origin: it runs nothing. */
const svgPolicy = "default-src 'none'; style-src 'unsafe-inline'; img-src data:; sandbox";

function assetOf({ type, content }: Picture): Asset {
  const hash = createHash('sha256').update(content).digest('hex').slice(0, 16);
  const policy = type === 'image/svg+xml' && { 'Content-Security-Policy': svgPolicy };
  return {
    path: `/assets/${hash}.${extensions[type]}`,
    content,
    headers: { 'Content-Type': type, ...policy },
  };
}

const known = new WeakMap<Look, Assets>();

/** The files of a look. */
export function assetsOf(look: Look): Assets {
  const made = known.get(look);
  if (made) return made;
  const stylesheet = assetOf({ type: 'text/css; charset=utf-8', content: stylesheetOf(look.palettes) });
  const icon = assetOf(look.icon ?? { type: 'image/svg+xml', content: iconSource });
  const logo = look.logo && assetOf(look.logo);
  const logoDark = look.logoDark && assetOf(look.logoDark);
  const all = [stylesheet, icon, logo, logoDark].flatMap((asset) => asset ?? []);
  const assets = { stylesheet, icon, logo, logoDark, byPath: new Map(all.map((one) => [one.path, one])) };
  known.set(look, assets);
  return assets;
}
