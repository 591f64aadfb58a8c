import * as v from 'valibot';

// The forms of values that several parts of the configuration share.

/** Seconds, whole. */
export const seconds = (minimum: number, maximum: number) =>
  v.pipe(v.number(), v.integer(), v.minValue(minimum), v.maxValue(maximum));

export const day = 24 * 60 * 60;

/** RFC 6749 §3.3: scope-token = 1*( %x21 / %x23-5B / %x5D-7E ). */
export const scopeToken = v.pipe(
  v.string(),
  v.regex(/^[\x21\x23-\x5b\x5d-\x7e]+$/, 'must be a scope token without spaces or quotes'),
);

export const absoluteUri = v.pipe(
  v.string(),
  v.check((text) => URL.canParse(text), 'must be an absolute URI'),
  // RFC 6749 §3.1.2: the endpoint URI MUST NOT include a fragment component.
  v.check((text) => !text.includes('#'), 'must not have a fragment'),
);

export const origin = v.pipe(
  v.string(),
  v.check(
    (text) => URL.canParse(text) && new URL(text).origin === text,
    'must be an origin: scheme and host, no path, no trailing slash',
  ),
);

export const redirectUri = v.pipe(
  absoluteUri,
  // To a URL parser `localhost:9000/cb` has the scheme `localhost`.
  v.check((text) => !/^[\w.-]+:\d/.test(text), 'must begin with a scheme, such as https://'),
  v.check(
    (text) => !/^(javascript|data|vbscript|blob|file):/i.test(text),
    'must not use a scheme that a browser would run',
  ),
);

/** What keys are made for (core/keyring) and tokens may be signed with. */
export const signingAlgorithm = v.picklist(['ES256', 'RS256', 'EdDSA']);
