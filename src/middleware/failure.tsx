import type { Context } from 'hono';
import type { ContentfulStatusCode } from 'hono/utils/http-status';
import type { Config } from '../config/schema.ts';
import type { TokenError } from '../core/oauth/error.ts';
import { ErrorPage } from '../pages/error.tsx';

/** Names one request in an error and in the log, so that the two can be put together. */
export function requestId(c: Context): string {
  const request = c.req.raw;
  const ray = c.req.header('CF-Ray') ?? '';
  const id = /^[0-9a-f]{16}(-[A-Z]{3})?$/.test(ray) ? ray : (ids.get(request) ?? crypto.randomUUID());
  ids.set(request, id);
  return id;
}

const ids = new WeakMap<Request, string>();

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

/** An error page: for what may not be redirected, and for people. */
export function errorPage(
  c: Context,
  { name }: Pick<Config, 'name'>,
  status: ContentfulStatusCode,
  title: string,
  message: string,
  action?: { href: string; label: string },
): Response | Promise<Response> {
  return c.html(
    <ErrorPage
      name={name}
      title={title}
      message={message}
      requestId={requestId(c)}
      {...(action && { action })}
    />,
    status,
  );
}

/** Whether a request is a program's: it gets JSON, a person gets a page. */
const wantsJson = (c: Context): boolean =>
  /^\/(oauth\/(?!authorize|logout)|\.well-known\/|session\/)/.test(c.req.path) ||
  !(c.req.header('Accept') ?? '').includes('text/html');

/** A refusal that is no protocol error: method, size, trouble. */
export function failure(
  c: Context,
  config: Pick<Config, 'name'>,
  status: ContentfulStatusCode,
  error: string,
  title: string,
  message: string,
): Response | Promise<Response> {
  if (!wantsJson(c)) return errorPage(c, config, status, title, message);
  c.header('Cache-Control', 'no-store');
  return c.json({ error, error_description: message, request_id: requestId(c) }, status);
}
