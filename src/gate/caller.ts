import { decodeJwt } from 'jose';
import type { Route } from '../config/schema.ts';
import { unseal } from '../crypto/seal.ts';
import type { Dependencies } from '../dependencies.ts';
import { familyIdOf } from '../grants/tokens.ts';
import { GATE_SESSION_COOKIE } from '../middleware/cookie.ts';
import { type Verify, verifier } from '../verify/index.ts';
import type { GateCookies, SessionHandle } from './cookies.ts';

export interface SessionCaller {
  kind: 'session';
  userId: string;
  sessionId: string;
}

export interface TokenCaller {
  kind: 'token';
  userId: string;
  sessionId: string;
  familyId: string | undefined;
  clientId: string;
  scope: string[];
  /** Seconds since the epoch. */
  authTime: number | undefined;
}

export type Authentication =
  | SessionCaller
  | TokenCaller
  /** `byHeader`: there is an Authorization header, of a kind that proves nothing here. */
  | { kind: 'anonymous'; byHeader: boolean }
  | { kind: 'invalid_token'; description: string }
  /** Our own keys cannot be read. */
  | { kind: 'unavailable' };

const bearer = /^Bearer +([A-Za-z0-9._~+/-]+=*)$/i;

/** Whether an Authorization header holds a token of ours, valid or not: such a one is no business of an origin's. */
export function isOurToken(authorization: string, issuer: string): boolean {
  const token = /^(?:Bearer|DPoP) +(.+)$/i.exec(authorization)?.[1];
  if (token === undefined) return false;
  if (token.startsWith('pc_')) return true;
  try {
    return decodeJwt(token).iss === issuer;
  } catch {
    return false;
  }
}

/**
 * Makes a function that tells who sends a request to a route. An Authorization header is judged alone, never
 * together with the cookie: a caller that brings a bad token is not somebody else.
 */
export function createAuthentication(
  { config, secrets, keys }: Pick<Dependencies, 'config' | 'secrets' | 'keys'>,
  cookies: GateCookies,
) {
  const verifiers = new Map<string, Verify>();
  function verify(resource: string): Verify {
    let found = verifiers.get(resource);
    if (!found) {
      // Issuer and gate share a clock: `exp` means what it says.
      found = verifier({
        issuer: config.issuer,
        audience: resource,
        typ: 'at+jwt',
        keys: (kid) => keys.jwks(kid),
        clockToleranceSeconds: 0,
      });
      verifiers.set(resource, found);
    }
    return found;
  }

  async function byToken(token: string, route: Route): Promise<Authentication> {
    const verified = await verify(route.resource)(token);
    if (!verified.ok) {
      return verified.code === 'keys_unavailable'
        ? { kind: 'unavailable' }
        : { kind: 'invalid_token', description: verified.description };
    }
    const { sub, sid, jti, client_id, scope, auth_time, cnf } = verified.claims;
    // RFC 9449 §7.1: a token bound to a key is not a bearer token.
    if (cnf !== undefined) return { kind: 'invalid_token', description: 'the token is bound to a key' };
    if (typeof sid !== 'string' || typeof client_id !== 'string') {
      return { kind: 'invalid_token', description: 'the token belongs to no session' };
    }
    return {
      kind: 'token',
      userId: sub,
      sessionId: sid,
      familyId: familyIdOf(jti),
      clientId: client_id,
      scope: typeof scope === 'string' ? scope.split(' ') : [],
      authTime: typeof auth_time === 'number' ? auth_time : undefined,
    };
  }

  /** The session handle of this host, or undefined for any other cookie, garbage included. */
  async function readHandle(headers: Headers, host: string): Promise<SessionHandle | undefined> {
    const sealed = cookies.read(headers, GATE_SESSION_COOKIE);
    const handle = await unseal<SessionHandle>(secrets, 'seal-gate-session', sealed, Date.now());
    return handle?.host === host ? handle : undefined;
  }

  return {
    readHandle,
    async authenticate(headers: Headers, route: Route): Promise<Authentication> {
      const authorization = headers.get('Authorization');
      if (authorization !== null) {
        const token = bearer.exec(authorization)?.[1];
        return token === undefined ? { kind: 'anonymous', byHeader: true } : byToken(token, route);
      }
      const handle = await readHandle(headers, route.host);
      if (!handle) return { kind: 'anonymous', byHeader: false };
      return { kind: 'session', userId: handle.userId, sessionId: handle.sessionId };
    },
  };
}
