import type { Context } from 'hono';
import type { JSX } from 'hono/jsx/jsx-runtime';
import { parseAccept } from 'hono/utils/accept';
import type { ContentfulStatusCode } from 'hono/utils/http-status';
import type { Config } from '../config/schema.ts';
import { type Presentation, renderPage } from '../pages/presentation.tsx';
import { chooseLanguage } from '../texts/language.ts';

/** What of the configuration a page shows. */
export type PageConfig = Pick<Config, 'name' | 'languages' | 'look'>;

/** Longer than any browser's; a request may not cost more. */
const MAXIMUM_HEADER_LENGTH = 1000;

/** RFC 9110 §12.5.4: the best first, without those that are refused (`q=0`). */
const acceptedLanguages = (header: string): string[] =>
  parseAccept(header.slice(0, MAXIMUM_HEADER_LENGTH))
    .filter(({ q }) => q > 0)
    .map(({ type }) => type);

/**
 * How pages are presented to somebody.
 * @param acceptLanguage the header of their request
 * @param uiLocales what the app that sent them says that they read; it goes first
 */
export const presentationFor = (
  { name, languages, look }: PageConfig,
  acceptLanguage: string | null | undefined,
  uiLocales: readonly string[] = [],
): Presentation => ({
  name,
  look,
  ...chooseLanguage(languages, [...uiLocales, ...acceptedLanguages(acceptLanguage ?? '')]),
});

const UI_LOCALES = 'portcullis.ui_locales';
const VARIES = 'portcullis.varies_by_language';

/** What an app says of the languages that its person reads goes before what the browser says (OpenID Connect Core §3.1.2.1). */
export const preferLanguages = (c: Context, uiLocales: readonly string[] | undefined): void =>
  c.set(UI_LOCALES, uiLocales);

/** How pages are presented to whoever sent this request: the answer depends on their language from here on. */
export function presentationOf(c: Context, config: PageConfig): Presentation {
  if (!c.get(VARIES)) c.header('Vary', 'Accept-Language', { append: true });
  c.set(VARIES, true);
  return presentationFor(config, c.req.header('Accept-Language'), c.get(UI_LOCALES));
}

/** Answers with a page: the one way to show one. */
export const showPage = (
  c: Context,
  config: PageConfig,
  page: JSX.Element,
  status: ContentfulStatusCode = 200,
): Response | Promise<Response> => c.html(renderPage(presentationOf(c, config), page), status);
