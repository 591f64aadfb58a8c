import type { Context } from 'hono';
import type { JSX } from 'hono/jsx/jsx-runtime';
import type { ContentfulStatusCode } from 'hono/utils/http-status';
import type { Config } from '../config/schema.ts';
import { type Presentation, renderPage } from '../pages/presentation.tsx';
import { english } from '../texts/language.ts';

/** What of the configuration a page shows. */
export type PageConfig = Pick<Config, 'name'>;

/** How pages are presented to whoever sent this request. */
export const presentationOf = ({ name }: PageConfig): Presentation => ({ name, ...english });

/** Answers with a page: the one way to show one. */
export const showPage = (
  c: Context,
  config: PageConfig,
  page: JSX.Element,
  status: ContentfulStatusCode = 200,
): Response | Promise<Response> => c.html(renderPage(presentationOf(config), page), status);
