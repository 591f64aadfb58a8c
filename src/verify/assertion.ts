import type { Claims } from './claims.ts';
import { hashOf } from './dpop.ts';
import { type Refusal, type RefusalCode, refuse } from './refusal.ts';
import { type Verified, type VerifierOptions, type Verify, verifier } from './verifier.ts';

/** The header in which the gate tells an origin who is calling. */
export const ASSERTION_HEADER = 'Portcullis-Assertion';
const ASSERTION_TYPE = 'portcullis-assertion+jwt';

/** What the gate tells an origin about the caller. */
export interface AssertionClaims extends Claims {
  /** The session. Absent when the caller came with another issuer's token, and when a client speaks for itself. */
  sid?: string;
  /** Of another issuer's caller: which issuer's, and its name for the caller (RFC 9493 §3.2.3). `sub` is the two in one. */
  sub_id?: { format: 'iss_sub'; iss: string; sub: string };
  /** When the user last signed in, in seconds since the epoch, if it is known. */
  auth_time?: number;
  /** How (RFC 8176), and what that amounts to. */
  amr?: string[];
  acr?: string;
  /** Like name and groups absent where a route trusts an access token without asking further, and the token says nothing. */
  email?: string;
  email_verified?: boolean;
  name?: string;
  groups?: string[];
  /** The OAuth client, and what it may do, when the caller came with an access token of its own. */
  client_id?: string;
  scope?: string;
  /** Of an assertion that is bound to its request: method, public address without query, hash of the query with its `?`. */
  htm?: string;
  htu?: string;
  query_hash?: string;
}

/** The request that an assertion came with. */
export interface AssertedRequest {
  method: string;
  /** The URL that the client called, byte for byte: `publicUrl(request)`. */
  url: string;
}

/** One use of an assertion that is bound to its request. */
export interface AssertionUse {
  /** Its `jti`. */
  id: string;
  /** When it is too old anyway, in milliseconds since the epoch: it need not be remembered for longer. */
  expiresAt: number;
}

/** `audience` is the route's `resource`. */
export type AssertionOptions = Omit<VerifierOptions, 'typ' | 'dpop'>;

export interface RequestAssertionOptions extends AssertionOptions {
  /** Take only assertions of routes with `assertion: 'request'`, each with the request that it was made for. */
  request: true;
  /**
   * Whether this is the first use of an assertion, remembered in the same step, where all your instances look. Asked when
   * everything else is right. Without it a request that was overheard can be repeated, as it is, for ten seconds.
   */
  firstUse?: (use: AssertionUse) => boolean | Promise<boolean>;
}

export type VerifyAsserted = (
  assertion: string | null | undefined,
  request: AssertedRequest,
) => Promise<Verified<AssertionClaims> | Refusal>;

/** What is wrong with the request that an assertion is said to be for, or nothing. */
async function requestFault(
  { jti, htm, htu, query_hash }: AssertionClaims,
  { method, url }: AssertedRequest,
): Promise<RefusalCode | undefined> {
  if (htm === undefined || htu === undefined || typeof jti !== 'string') return 'request_binding_missing';
  // What the gate signed is what it sent on: a parser here would take for equal what the application tells apart.
  const at = url.indexOf('?');
  const query = at < 0 || at === url.length - 1 ? undefined : url.slice(at);
  if (method !== htm || (at < 0 ? url : url.slice(0, at)) !== htu) return 'request_mismatch';
  return query_hash === (query && (await hashOf(query))) ? undefined : 'request_mismatch';
}

/**
 * Makes a function that judges the assertion that the gate sends to an origin in `Portcullis-Assertion`:
 * `const verify = assertionVerifier({ issuer, audience })`, then `await verify(request.headers.get(ASSERTION_HEADER))`.
 * With `request: true` it takes those alone that are bound to their request, which it is then handed as well; without, it
 * takes both and does not look at what they are bound to.
 * @throws TypeError when the options are wrong; an assertion never makes it throw.
 */
export function assertionVerifier(options: RequestAssertionOptions): VerifyAsserted;
export function assertionVerifier(options: AssertionOptions): Verify<AssertionClaims>;
export function assertionVerifier({
  request: isBound,
  firstUse,
  ...options
}: AssertionOptions & Partial<RequestAssertionOptions>): Verify<AssertionClaims> | VerifyAsserted {
  const verify = verifier<AssertionClaims>({ ...options, typ: ASSERTION_TYPE });
  if (!isBound) return verify;
  const tolerance = options.clockToleranceSeconds ?? 5;
  return async (assertion: string | null | undefined, request?: AssertedRequest) => {
    const verified = await verify(assertion);
    if (!verified.ok) return verified;
    const { claims } = verified;
    // Who forgets the request in JavaScript has none that fits.
    const { method = '', url = '' } = request ?? {};
    const fault = await requestFault(claims, { method, url });
    if (fault) return refuse(fault);
    const expiresAt = (claims.exp + tolerance) * 1000;
    // Last, so that nobody fills the memory with what is refused anyway.
    if (firstUse && !(await firstUse({ id: `${claims.jti}`, expiresAt })))
      return refuse('assertion_repeated');
    return verified;
  };
}

type IncomingHeaders =
  | { get(name: string): string | null }
  | Readonly<Record<string, string | string[] | undefined>>;

const field = (headers: IncomingHeaders, name: string): string =>
  String((typeof headers.get === 'function' ? headers.get(name) : Reflect.get(headers, name)) ?? '');

/**
 * The URL that a client called, of a request that came through the gate, for any platform's `Request` and for Node's:
 * scheme and host are in X-Forwarded-Proto and X-Forwarded-Host, path and query are as they came. Empty when there is no
 * such URL: no assertion is for that.
 */
export function publicUrl({
  url = '',
  headers,
}: {
  url?: string | undefined;
  headers: IncomingHeaders;
}): string {
  const [scheme, host] = [field(headers, 'x-forwarded-proto'), field(headers, 'x-forwarded-host')];
  // With `app.example/paid#` as host, whoever goes around the gate would call /free with an assertion for /paid.
  if (!/^https?$/.test(scheme) || !/^[\w.-]+(?::\d+)?$|^\[[\da-f:.]+\](?::\d+)?$/i.test(host)) return '';
  const target = /^https?:\/\/[^/?#]*(.*)$/is.exec(url)?.[1] ?? url;
  return `${scheme}://${host}${target}`;
}
