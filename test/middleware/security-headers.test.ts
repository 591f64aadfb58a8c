import { type Context, Hono } from 'hono';
import { describe, expect, it } from 'vitest';
import { contentSecurityPolicy, securityHeaders } from '../../src/middleware/security-headers.ts';

const strict =
  "default-src 'none'; style-src 'self'; img-src 'self'; base-uri 'none'; frame-ancestors 'none'; form-action 'self'";

async function headers(
  respond: (c: Context) => Response,
  path = '/account',
  issuer = 'https://auth.example.org',
) {
  const app = new Hono().use(securityHeaders({ issuer })).get(path, respond);
  app.onError((_, c) => c.html('error', 500));
  return (await app.request(path)).headers;
}

describe('security headers', () => {
  it('give a page a strict policy and keep it out of caches, frames and referrers', async () => {
    expect(Object.fromEntries(await headers((c) => c.html('page')))).toEqual({
      'content-type': 'text/html; charset=UTF-8',
      'content-security-policy': strict,
      'cache-control': 'no-store',
      'permissions-policy':
        'camera=(), geolocation=(), microphone=(), payment=(), usb=(), browsing-topics=()',
      'cross-origin-opener-policy': 'same-origin',
      'cross-origin-resource-policy': 'same-origin',
      'x-content-type-options': 'nosniff',
      'referrer-policy': 'same-origin',
      'x-frame-options': 'DENY',
      'strict-transport-security': 'max-age=31536000',
    });
  });

  it('give the page of an error the same', async () => {
    const error = await headers(() => {
      throw new Error('a bug');
    });
    expect(error.get('Content-Security-Policy')).toBe(strict);
  });

  it('leave what an endpoint has decided', async () => {
    const widened = contentSecurityPolicy({ formAction: ['https://app.example.org/callback'] });
    const page = await headers((c) => {
      c.header('Content-Security-Policy', widened);
      c.header('Cache-Control', 'private');
      return c.html('page');
    });
    expect(page.get('Content-Security-Policy')).toBe(widened);
    expect(page.get('Cache-Control')).toBe('private');
  });

  it('leave caching and cross-origin use of JSON to the endpoint', async () => {
    const json = await headers((c) => c.json({}));
    expect(json.get('X-Content-Type-Options')).toBe('nosniff');
    expect(json.get('Cache-Control')).toBeNull();
    expect(json.get('Cross-Origin-Resource-Policy')).toBeNull();
  });

  it('reach a response whose own headers are immutable', async () => {
    const redirect = await headers(() => Response.redirect('https://app.example.org/', 302));
    expect(redirect.get('Referrer-Policy')).toBe('same-origin');
    expect(redirect.get('Location')).toBe('https://app.example.org/');
  });

  it('ask for https only from an https issuer', async () => {
    const local = await headers((c) => c.html('page'), '/', 'http://localhost:8787');
    expect(local.get('Strict-Transport-Security')).toBeNull();
  });

  it.each(['/signin', '/signup', '/oauth/logout'])('let a client keep its popup at %s', async (path) => {
    expect((await headers((c) => c.html('page'), path)).get('Cross-Origin-Opener-Policy')).toBeNull();
  });
});

describe('the content security policy', () => {
  const formAction = (...uris: string[]) =>
    contentSecurityPolicy({ formAction: uris }).split('; form-action ')[1];

  it('lets a form end at the origin of a redirect URI, whatever its path', () => {
    expect(formAction('https://app.example.org/cb?x=1;script-src%20*')).toBe(
      "'self' https://app.example.org",
    );
    expect(formAction('http://127.0.0.1:51004/')).toBe("'self' http://127.0.0.1:51004");
  });

  it('names each origin once', () => {
    expect(formAction('https://a.example/1', 'https://a.example/2', 'https://b.example')).toBe(
      "'self' https://a.example https://b.example",
    );
  });

  it('names a native app by its scheme, and an IPv6 loopback by http', () => {
    expect(formAction('com.example.app:/callback')).toBe("'self' com.example.app:");
    expect(formAction('http://[::1]:8080/callback')).toBe("'self' http:");
  });

  it('refuses what is not a URI rather than write it into the header', () => {
    expect(() => formAction("* 'unsafe-inline'")).toThrow(TypeError);
  });
});
