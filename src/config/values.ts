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

/** Of a secret with enough randomness that its hash need not be slow. The secret itself stands nowhere. */
export const secretHash = v.pipe(
  v.string(),
  v.regex(
    /^[A-Za-z0-9_-]{43}$/,
    'must be the hash of the secret, not the secret: base64url of its SHA-256, as `npm run client-secret` prints it',
  ),
);

/** Values by name. A list would pass for one, with 0, 1, 2 as names. */
export const byName = <
  const Name extends v.BaseSchema<string, string, v.BaseIssue<unknown>>,
  const Value extends v.GenericSchema,
>(
  name: Name,
  value: Value,
  example: string,
) =>
  v.pipe(
    v.custom<Record<v.InferInput<Name>, v.InferInput<Value>>>(
      // A Map has no entries that anybody would see here.
      (input) =>
        typeof input === 'object' && input !== null && Object.getPrototypeOf(input) === Object.prototype,
      `must be an object such as ${example}`,
    ),
    v.record(name, value),
  );

export const absoluteUri = v.pipe(
  v.string(),
  // RFC 3986 §2. A URL parser takes line breaks out and goes on; a Location header does not.
  v.regex(/^[\x21-\x7e]*$/, 'must be ASCII without spaces; percent-encode the rest'),
  v.check((text) => URL.canParse(text), 'must be an absolute URI, with its scheme'),
  // RFC 6749 §3.1.2: the endpoint URI MUST NOT include a fragment component.
  v.check((text) => !text.includes('#'), 'must not have a fragment'),
);

export const origin = v.pipe(
  v.string(),
  v.check((text) => /^https?:\/\//.test(text), 'must begin with https:// or http://'),
  v.check(
    (text) => !/^https?:\/\//.test(text) || (URL.canParse(text) && new URL(text).origin === text),
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
