import type { MiddlewareHandler } from 'hono';
import type { Config } from '../config/schema.ts';
import { setHeader } from './header.ts';

const contentPolicy = [
  "default-src 'none'",
  "style-src 'self'",
  "img-src 'self'",
  "base-uri 'none'",
  "frame-ancestors 'none'",
];

/**
 * Where a form's answer may lead, as a CSP source. A redirect URI of a native app has no origin but a scheme of its
 * own; an IPv6 literal cannot be written in a source at all, and a loopback one is the only one there is.
 */
function source(uri: string): string {
  const { origin, protocol, hostname } = new URL(uri);
  return origin === 'null' || hostname.startsWith('[') ? protocol : origin;
}

/**
 * The Content-Security-Policy of a page. Browsers hold the redirects that follow a form to `form-action` as well, so
 * a page whose form ends in a redirect to a client names the client's redirect URIs (absolute) in `formAction`. The
 * redirects that the client itself answers with count too: another origin behind it has to be named as well.
 * `frames` are what the page frames, `scriptHash` the base64 SHA-256 of its one inline script, `scripts` the absolute
 * addresses of its files with scripts.
 */
export function contentSecurityPolicy({
  formAction = [],
  frames = [],
  scriptHash,
  scripts = [],
}: PolicyOptions = {}): string {
  const sources = (uris: readonly string[]) => [...new Set(uris.map(source))].join(' ');
  return [
    ...contentPolicy,
    ...(frames.length > 0 ? [`frame-src ${sources(frames)}`] : []),
    // Not 'self': whatever the gate serves on the issuer's host is no script of ours.
    ...(scripts.length === 0 ? [] : [`script-src ${scripts.join(' ')}`]),
    ...(scriptHash === undefined ? [] : [`script-src 'sha256-${scriptHash}'`]),
    `form-action 'self' ${sources(formAction)}`.trimEnd(),
  ].join('; ');
}

interface PolicyOptions {
  formAction?: readonly string[];
  frames?: readonly string[];
  scriptHash?: string;
  scripts?: readonly string[];
}

const everywhere: Record<string, string> = {
  'X-Content-Type-Options': 'nosniff',
  // Not `no-referrer`: under it a browser sends `Origin: null` with our own forms, and the CSRF check needs the origin.
  'Referrer-Policy': 'same-origin',
  'X-Frame-Options': 'DENY',
};

const pages: Record<string, string> = {
  'Content-Security-Policy': contentSecurityPolicy(),
  'Cache-Control': 'no-store',
  'Permissions-Policy': 'camera=(), geolocation=(), microphone=(), payment=(), usb=(), browsing-topics=()',
  'Cross-Origin-Opener-Policy': 'same-origin',
  'Cross-Origin-Resource-Policy': 'same-origin',
};

/** A client may run these in a popup and wait for it; an opener policy would cut the two apart for good. */
const inPopup = /^\/(signin|signup|consent|oauth\/)/;

/**
 * Sets the security headers of the issuer's own responses. A header that an endpoint has set already stays.
 * Mount it on the issuer's routes only: what an origin behind the gate sends is the origin's to decide.
 */
export const securityHeaders = ({ issuer }: Pick<Config, 'issuer'>): MiddlewareHandler => {
  const always = {
    ...everywhere,
    // Without includeSubDomains: other hosts below the issuer's are not ours to switch to https.
    ...(issuer.startsWith('https:') && { 'Strict-Transport-Security': 'max-age=31536000' }),
  };
  return async (c, next) => {
    await next();
    const isPage = c.res.headers.get('Content-Type')?.startsWith('text/html');
    for (const [name, value] of Object.entries(isPage ? { ...always, ...pages } : always)) {
      if (name === 'Cross-Origin-Opener-Policy' && inPopup.test(c.req.path)) continue;
      if (!c.res.headers.has(name)) setHeader(c, name, value);
    }
  };
};
