import type { Context } from 'hono';
import type { ContentfulStatusCode } from 'hono/utils/http-status';
import type { TokenError } from '../core/oauth/error.ts';
import { ErrorPage } from '../pages/error.tsx';
import { requestIdOf } from '../request/context.ts';
import { en } from '../texts/en/index.ts';
import { fill, type Text } from '../texts/text.ts';
import type { Texts } from '../texts/texts.ts';
import { type PageConfig, presentationOf, showPage } from './page.tsx';

/** Names this request in an error and in the log. */
export const requestId = (c: Context): string => requestIdOf(c.req.raw);

/** An error as RFC 6749 §5.2 has it. */
export function oauthError(
  c: Context,
  { error, description, cause }: TokenError,
  status: 400 | 401 = 400,
): Response {
  c.header('Cache-Control', 'no-store');
  // RFC 6749 §5.2 allows no other characters; a description may quote what the caller sent.
  const error_description = description.replace(/[^\x20\x21\x23-\x5b\x5d-\x7e]/g, '?');
  return c.json({ error, error_description, ...(cause !== undefined && { cause }) }, status);
}

/** Something was tried too often, or looks as if it was: 429, as programs that sign people in are told. */
export function tooManyAttempts(
  c: Context,
  retryAfterSeconds: number,
  description: string,
  cause?: string,
): Response {
  c.header('Retry-After', String(retryAfterSeconds));
  c.header('Cache-Control', 'no-store');
  const error_description = description;
  return c.json(
    { error: 'too_many_attempts', error_description, ...(cause !== undefined && { cause }) },
    429,
  );
}

/** The credentials are right, and somebody who found them would come just so. */
export const signInWaits = (c: Context, seconds: number): Response =>
  tooManyAttempts(
    c,
    seconds,
    'this sign-in looks unusual: it may be tried again after a while, or from where its user signed in before',
    'sign_in_waits',
  );

type Errors = Texts['errors']['pages'];

type Places<Message> = Message extends Text<infer Place> ? Place : never;

/** What went wrong: its words are among `texts.errors.pages`, with `values` in their places. */
export type ErrorShown = {
  [error in keyof Errors]: {
    error: error;
    /** Where the action leads, for an error that has one. */
    href?: string;
  } & ([Places<Errors[error]['message']>] extends [never]
    ? { values?: undefined }
    : { values: Record<Places<Errors[error]['message']>, string> });
}[keyof Errors];

/** An error page: for what may not be redirected, and for people. */
export function errorPage(
  c: Context,
  config: PageConfig,
  status: ContentfulStatusCode,
  { error, values, href }: ErrorShown,
): Response | Promise<Response> {
  const words: { title: string; message: string; action?: string } = presentationOf(c, config).texts.errors
    .pages[error];
  const action = href !== undefined &&
    words.action !== undefined && { action: { href, label: words.action } };
  return showPage(
    c,
    config,
    <ErrorPage
      title={words.title}
      message={words.message}
      values={values}
      requestId={requestId(c)}
      {...action}
    />,
    status,
  );
}

/** Whether a request is a program's: it gets JSON, a person gets a page. */
const wantsJson = (c: Context): boolean =>
  /^\/(oauth\/(?!authorize|logout)|\.well-known\/|session\/)/.test(c.req.path) ||
  !(c.req.header('Accept') ?? '').includes('text/html');

/** A refusal that is no protocol error: method, size, trouble. Programs read English. */
export function failure(
  c: Context,
  config: PageConfig,
  status: ContentfulStatusCode,
  code: string,
  shown: ErrorShown,
): Response | Promise<Response> {
  if (!wantsJson(c)) return errorPage(c, config, status, shown);
  c.header('Cache-Control', 'no-store');
  const error_description = fill<string>(en.errors.pages[shown.error].message, shown.values ?? {});
  return c.json({ error: code, error_description, request_id: requestId(c) }, status);
}
