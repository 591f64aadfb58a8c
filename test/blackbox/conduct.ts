import { expect } from 'vitest';
import type { Answer } from './http.ts';

/** RFC 6749 §5.2: what `error` and `error_description` may consist of. */
const errorCharacters = /^[\x20\x21\x23-\x5b\x5d-\x7e]+$/;
const errorMembers = new Set(['error', 'error_description', 'cause', 'request_id']);

/** What a thrown error looks like from outside. */
const trace = /^\s*at .+:\d+|\bworker\.js\b|\.tsx?:\d+|\b[A-Z]\w*Error\b|\bundefined\b|\[object /m;

function errorFault({ url, status, headers, text }: Answer, isHead: boolean): string | undefined {
  const type = headers.get('Content-Type') ?? '';
  if (trace.test(text)) return 'looks like a stack trace';
  if (status === 405 && !headers.get('Allow')) return 'has no Allow';
  // RFC 9110 §15.5.2; the session API asks for a cookie, which no scheme stands for.
  if (status === 401 && new URL(url).pathname.startsWith('/oauth/') && !headers.get('WWW-Authenticate'))
    return 'has no WWW-Authenticate';
  if (type.startsWith('text/html')) {
    if (isHead) return undefined;
    return text.startsWith('<!doctype html>') && text.includes('<h1>') ? undefined : 'is no error page';
  }
  if (!type.startsWith('application/json')) return `has Content-Type ${type}`;
  if (headers.get('Cache-Control') !== 'no-store') return 'may be cached';
  if (isHead) return undefined;
  const body = JSON.parse(text) as Record<string, unknown>;
  for (const [name, value] of Object.entries(body)) {
    if (!errorMembers.has(name)) return `has a member ${name}`;
    if (typeof value !== 'string' || !errorCharacters.test(value)) return `has a bad ${name}`;
  }
  return body.error ? undefined : 'has no error code';
}

function headerFault({ url, headers }: Answer): string | undefined {
  if (headers.get('X-Content-Type-Options') !== 'nosniff') return 'has no X-Content-Type-Options';
  // `strict-origin`, of the page whose address is a capability, names no more than the issuer either.
  if (!/^(same-origin|no-referrer|strict-origin)$/.test(headers.get('Referrer-Policy') ?? ''))
    return 'has no Referrer-Policy';
  const { origin, pathname } = new URL(url);
  const sharesCookies = headers.has('Access-Control-Allow-Credentials');
  if (sharesCookies && !pathname.startsWith('/session/')) return 'lets other origins use cookies';
  if (sharesCookies && headers.get('Access-Control-Allow-Origin') !== origin)
    return 'lets strangers use cookies';
  if (!headers.get('Content-Type')?.startsWith('text/html')) return undefined;
  const policy = headers.get('Content-Security-Policy') ?? '';
  if (!/default-src 'none'/.test(policy) || !/frame-ancestors 'none'/.test(policy) || /unsafe/.test(policy)) {
    return `has the Content-Security-Policy ${policy}`;
  }
  if (headers.get('X-Frame-Options') !== 'DENY') return 'may be framed';
  return headers.get('Cache-Control') === 'no-store' ? undefined : 'is a page that may be cached';
}

/**
 * What is wrong with how the issuer or the gate answered, whatever it was asked: nothing of the kind 5xx, errors as
 * RFC 6749 §5.2 has them or as a page, the security headers, and in an error none of `secrets`.
 */
export function fault(answer: Answer, secrets: Iterable<string>, method = 'GET'): string | undefined {
  const { status, headers, text } = answer;
  if (status >= 500) return `is ${status}`;
  const header = headerFault(answer);
  if (header) return header;
  const isErrorRedirect = status >= 300 && status < 400 && /[?&]error=/.test(headers.get('Location') ?? '');
  if (isErrorRedirect) {
    const query = new URL(headers.get('Location') ?? '', answer.url).searchParams;
    for (const name of ['error', 'error_description']) {
      if (!errorCharacters.test(query.get(name) ?? '')) return `has a bad ${name}`;
    }
  }
  if (status >= 400 || isErrorRedirect) {
    const everything = JSON.stringify([...headers]) + text;
    for (const secret of secrets) if (everything.includes(secret)) return 'echoes a secret';
  }
  return status >= 400 ? errorFault(answer, method === 'HEAD') : undefined;
}

/** Fails, naming the request, when there is any such fault. */
export function expectConduct(answer: Answer, secrets: Iterable<string>, method = 'GET'): void {
  const found = fault(answer, secrets, method);
  if (found === undefined) return;
  const { url, status, headers, text } = answer;
  expect.fail(
    `${found}: ${method} ${url.slice(0, 300)} -> ${status} ${text.slice(0, 500)} ${JSON.stringify([...headers])}`,
  );
}
