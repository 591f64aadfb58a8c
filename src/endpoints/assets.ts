import type { Handler } from 'hono';
import { scripts } from '../pages/script/assets.ts';
import { icon, iconPath, stylesheet, stylesheetPath } from '../pages/stylesheet.ts';

const assets = new Map([
  [stylesheetPath, { type: 'text/css; charset=utf-8', content: stylesheet }],
  [iconPath, { type: 'image/svg+xml', content: icon }],
  ...[...scripts].map(
    ([path, content]) => [path, { type: 'text/javascript; charset=utf-8', content }] as const,
  ),
]);

/** GET /assets/*: the few files that pages link to, at addresses made of their content. */
export const asset: Handler = (c) => {
  const found = assets.get(c.req.path);
  if (!found) return c.notFound();
  return c.body(found.content, 200, {
    'Content-Type': found.type,
    'Cache-Control': 'public, max-age=31536000, immutable',
  });
};
