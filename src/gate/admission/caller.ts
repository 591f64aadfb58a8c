import type { Route } from '../../config/schema.ts';
import { maximumAge } from '../../core/gate/decision.ts';
import type { Target } from '../../core/gate/path.ts';
import { clientIdIn, standsForPerson } from '../../core/gate/person.ts';
import { openSealed } from '../../crypto/seal.ts';
import type { Dependencies } from '../../dependencies.ts';
import { type AccessTokenClaims, familyIdOf, handleIdOf, isExchanged } from '../../grants/access-token.ts';
import { GATE_SESSION_COOKIE } from '../../middleware/cookie.ts';
import { type Credentials, readCredentials, type Scheme } from '../../verify/credentials.ts';
import { bindingChecker } from '../../verify/dpop.ts';
import { memory } from '../../verify/memory.ts';
import { type Refusal, refuse } from '../../verify/refusal.ts';
import type { GateCookies } from '../cookies.ts';
import type { SessionHandle } from '../identity/identity.ts';
import { createTokenReading, type ReadToken } from './access-token.ts';

/** Somebody about whom can be asked. */
interface Known {
  /** By which an answer is remembered: the same for all who would get the same one. */
  key: string;
}

/** A browser with the gate's cookie. */
export interface SessionCaller extends Known {
  kind: 'session';
  userId: string;
  sessionId: string;
  handleId: string;
  /** When the cookie ends, in seconds since the epoch. */
  expiresAt: number;
}

/** What an access token says of whoever brings it. */
interface Granted {
  clientId: string | undefined;
  scope: readonly string[];
  /** Seconds since the epoch. */
  authTime: number | undefined;
  /** Seconds since the epoch. */
  expiresAt: number;
  /** All that the token says. */
  claims: Readonly<Record<string, unknown>>;
}

/** Somebody with an access token of ours, issued in a session. */
export interface TokenCaller extends Known, Granted {
  kind: 'token';
  userId: string;
  sessionId: string;
  familyId: string | undefined;
  /** The browser's handle that the token was exchanged for, where there is no family. */
  handleId: string | undefined;
  /** The token's `jti`. */
  tokenId: string | undefined;
  clientId: string;
}

/** A client with an access token of ours in which nobody has signed in. */
export interface ClientCaller extends Known, Granted {
  kind: 'client';
  /** Whom the token was issued to. */
  clientId: string;
  /** The client that it speaks for: the same, unless the token was exchanged. */
  subject: string;
  /** The token's `jti`. */
  tokenId: string;
  claims: Readonly<AccessTokenClaims>;
}

/** Somebody with an access token of the provider that people sign in at, where the gate is alone. */
interface ProviderCaller extends Known, Granted {
  kind: 'provider';
  /** The provider's name for the person. */
  userId: string;
  /** The session there, where the token names it. */
  sessionId: string | undefined;
}

/** Somebody with an access token of another issuer. There is no session of ours behind it. */
export interface ForeignCaller extends Granted {
  kind: 'foreign';
  /** What the configuration calls the issuer. */
  issuerName: string;
  issuer: string;
  /** Unique at that issuer alone. */
  subject: string;
  /** Whether somebody signed in; else a client speaks for itself. */
  isPerson: boolean;
}

export type OwnCaller = SessionCaller | TokenCaller | ClientCaller | ProviderCaller;
export type IdentifiedCaller = OwnCaller | ForeignCaller;

export type Authentication =
  /** `scheme`: how its token came; undefined for a cookie. */
  | { kind: 'identified'; caller: IdentifiedCaller; scheme: Scheme | undefined }
  /** `byHeader`: there is an Authorization header, of a kind that proves nothing here. */
  | { kind: 'anonymous'; byHeader: boolean }
  | { kind: 'refused'; refusal: Refusal; scheme: Scheme | undefined };

/** How many opened cookies are remembered: each is below 1 KiB. */
const MAXIMUM_HANDLES = 5000;

/** Of a token without a session. */
function clientOf(claims: Readonly<AccessTokenClaims>, granted: Granted): ClientCaller | undefined {
  const { sub, jti, client_id } = claims;
  if (typeof jti !== 'string' || typeof client_id !== 'string') return undefined;
  // Its own name, or that of the client whose token it was exchanged for (RFC 8693): never a person's.
  if (sub !== client_id && !isExchanged(jti)) return undefined;
  return {
    ...granted,
    kind: 'client',
    key: `client ${jti}`,
    clientId: client_id,
    subject: sub,
    tokenId: jti,
    claims,
  };
}

/** Of a token of the provider of a gate alone. */
function providerCallerOf(
  claims: ReadToken['claims'],
  { key, isOfClient }: NonNullable<ReadToken['ofProvider']>,
  granted: Granted,
): ClientCaller | ProviderCaller | undefined {
  const { sub, sid, jti } = claims;
  const { clientId } = granted;
  if (isOfClient) {
    if (clientId === undefined) return undefined;
    const own = claims as AccessTokenClaims;
    return { ...granted, kind: 'client', key, clientId, subject: sub, tokenId: jti ?? key, claims: own };
  }
  const sessionId = typeof sid === 'string' ? sid : undefined;
  return { ...granted, kind: 'provider', key, userId: sub, sessionId };
}

/**
 * How many seconds old the answer to "may this caller still be here?" may be; undefined when nobody is asked: a route that
 * takes other issuers' tokens takes a token's word for it (src/config/load.ts).
 */
export function askedWithin({ kind }: IdentifiedCaller, { freshness }: Route): number | undefined {
  return kind === 'foreign' ? undefined : maximumAge(freshness, kind === 'session' ? 'session' : 'token');
}

/** Who brings a token, by what it says; undefined for one that stands for nobody. @param people of the other issuer */
function callerOf(
  { claims, issuerName, ofProvider }: ReadToken,
  people: boolean,
): IdentifiedCaller | undefined {
  const { iss, sub, sid, jti, exp, scope, auth_time } = claims;
  const clientId = clientIdIn(claims);
  const granted: Granted = {
    clientId,
    scope: typeof scope === 'string' ? scope.split(' ') : [],
    authTime: typeof auth_time === 'number' ? auth_time : undefined,
    expiresAt: exp,
    claims,
  };
  if (issuerName !== undefined) {
    const isPerson = standsForPerson(claims, people);
    return { ...granted, kind: 'foreign', issuerName, issuer: iss, subject: sub, isPerson };
  }
  if (ofProvider) return providerCallerOf(claims, ofProvider, granted);
  if (sid === undefined) return clientOf(claims as AccessTokenClaims, granted);
  if (typeof sid !== 'string' || clientId === undefined) return undefined;
  const familyId = familyIdOf(jti);
  const handleId = handleIdOf(jti);
  const key = `token ${sub} ${sid} ${familyId ?? ''} ${handleId ?? ''}`;
  const belonging = { sessionId: sid, familyId, handleId, tokenId: jti };
  return { ...granted, kind: 'token', key, userId: sub, ...belonging, clientId };
}

/**
 * Makes a function that tells who sends a request to a route. An Authorization header is judged alone, never
 * together with the cookie: a caller that brings a bad token is not somebody else. Tokens in a form or a query are not
 * looked at. It throws when it cannot be found out.
 */
export function createAuthentication(
  {
    secrets,
    proofs,
    ...dependencies
  }: Parameters<typeof createTokenReading>[0] &
    Pick<Dependencies, 'secrets'> & {
      proofs: Pick<Dependencies['proofs'], 'read'>;
    },
  cookies: GateCookies,
  publicOrigin: (host: string) => string,
) {
  const { config } = dependencies;
  const readToken = createTokenReading(dependencies);
  const checkBinding = bindingChecker(proofs.read);
  // By the claims, which are remembered with their token and forgotten with it.
  const callers = new WeakMap<object, IdentifiedCaller>();

  async function byToken(
    { scheme, token }: Credentials,
    { method, headers }: Request,
    { host, path }: Target,
    route: Route,
  ): Promise<Authentication> {
    const refused = (refusal: Refusal): Authentication => ({ kind: 'refused', refusal, scheme });
    const read = await readToken(token, route);
    if (!read.ok) return refused(read);
    const people = read.issuerName !== undefined && config.issuers[read.issuerName]?.people === true;
    const caller = callers.get(read.claims) ?? callerOf(read, people);
    if (!caller)
      return refused({ ...refuse('claim_missing'), description: 'the token belongs to no session' });
    callers.set(read.claims, caller);
    // RFC 9449 §4.3: a proof is for this very request, under the name that its client knows.
    const proved =
      scheme === 'DPoP' ? { proof: headers.get('DPoP'), method, url: publicOrigin(host) + path } : undefined;
    const fault = checkBinding(token, read.claims, proved);
    const refusal = fault instanceof Promise ? await fault : fault;
    return refusal ? refused(refusal) : { kind: 'identified', caller, scheme };
  }

  const handles = memory<{ handle: SessionHandle; caller: SessionCaller; expiresAt: number }>(
    MAXIMUM_HANDLES,
  );

  /** What the cookie of this host holds, or undefined for any other, garbage included. */
  async function readCookie(headers: Headers, host: string) {
    const sealed = cookies.read(headers, GATE_SESSION_COOKIE);
    if (!sealed) return undefined;
    let known = handles.get(sealed);
    if (!known) {
      const opened = await openSealed<SessionHandle>(secrets, 'seal-gate-session', sealed);
      if (!opened) return undefined;
      const { value: handle, expiresAt } = opened;
      const { userId, sessionId, handleId } = handle;
      const key = `session ${userId} ${sessionId} ${handleId}`;
      const ends = { expiresAt: Math.floor(expiresAt / 1000) };
      known = { handle, expiresAt, caller: { kind: 'session', key, userId, sessionId, handleId, ...ends } };
      handles.set(sealed, known);
    }
    return known.handle.host === host && known.expiresAt > Date.now() ? known : undefined;
  }

  return {
    /** Whom the cookie of this host stands for. */
    readSession: async (headers: Headers, host: string): Promise<SessionCaller | undefined> =>
      (await readCookie(headers, host))?.caller,

    /** The session handle of this host. */
    readHandle: async (headers: Headers, host: string): Promise<SessionHandle | undefined> =>
      (await readCookie(headers, host))?.handle,

    async authenticate(request: Request, target: Target, route: Route): Promise<Authentication> {
      const { headers } = request;
      const authorization = headers.get('Authorization');
      if (authorization === null) {
        const caller = (await readCookie(headers, target.host))?.caller;
        return caller
          ? { kind: 'identified', caller, scheme: undefined }
          : { kind: 'anonymous', byHeader: false };
      }
      const sent = readCredentials(authorization);
      if (sent === 'missing') return { kind: 'anonymous', byHeader: true };
      if (sent === 'authorization_malformed')
        return { kind: 'refused', refusal: refuse(sent), scheme: undefined };
      return byToken(sent, request, target, route);
    },
  };
}
