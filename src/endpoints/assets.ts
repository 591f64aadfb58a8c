import type { Handler } from 'hono';
import type { Dependencies } from '../dependencies.ts';
import { assetsOf } from '../pages/assets.ts';
import { scripts } from '../pages/script/assets.ts';

const scriptHeaders = { 'Content-Type': 'text/javascript; charset=utf-8' };

/** GET /assets/*: the few files that pages link to, at addresses made of their content. */
export const asset =
  ({ config }: Pick<Dependencies, 'config'>): Handler =>
  (c) => {
    const { path } = c.req;
    const { content = scripts.get(path), headers = scriptHeaders } =
      assetsOf(config.look).byPath.get(path) ?? {};
    if (content === undefined) return c.notFound();
    return c.body(content, 200, { ...headers, 'Cache-Control': 'public, max-age=31536000, immutable' });
  };
