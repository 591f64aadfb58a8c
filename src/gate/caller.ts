import { decodeJwt } from 'jose';
import type { OtherIssuer, Route } from '../config/schema.ts';
import { unseal } from '../crypto/seal.ts';
import type { Dependencies } from '../dependencies.ts';
import { familyIdOf } from '../grants/access-token.ts';
import { tokenPolicy } from '../grants/resource.ts';
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
  /** The token's `jti`. */
  tokenId: string | undefined;
  clientId: string;
  scope: string[];
  /** Seconds since the epoch. */
  authTime: number | undefined;
}

/** Somebody with an access token of another issuer. There is no session of ours behind it. */
export interface ForeignCaller {
  kind: 'foreign';
  /** What the configuration calls the issuer. */
  issuerName: string;
  issuer: string;
  /** Unique at that issuer alone. */
  subject: string;
  clientId: string | undefined;
  scope: string[];
  /** Seconds since the epoch. */
  authTime: number | undefined;
}

export type IdentifiedCaller = SessionCaller | TokenCaller | ForeignCaller;

export type Authentication =
  | IdentifiedCaller
  /** `byHeader`: there is an Authorization header, of a kind that proves nothing here. */
  | { kind: 'anonymous'; byHeader: boolean }
  | { kind: 'invalid_token'; description: string }
  /** Our own keys cannot be read. */
  | { kind: 'unavailable' };

type TokenDependencies = Pick<Dependencies, 'config' | 'keys' | 'issuerKeys'>;

const bearer = /^Bearer +([A-Za-z0-9._~+/-]+=*)$/i;

/** Who is said to have issued a token. Nothing of it is verified. */
function claimedIssuer(token: string): string | undefined {
  try {
    return decodeJwt(token).iss;
  } catch {
    return undefined;
  }
}

/** Whether an Authorization header holds a token of ours, valid or not: such a one is no business of an origin's. */
export function isOurToken(authorization: string, issuer: string): boolean {
  const token = /^(?:Bearer|DPoP) +(.+)$/i.exec(authorization)?.[1];
  if (token === undefined) return false;
  return token.startsWith('pc_') || claimedIssuer(token) === issuer;
}

/** Makes a function that verifies a token for a route: as one of ours, or of another issuer that the route takes. */
function createVerification({ config, keys, issuerKeys }: TokenDependencies) {
  const ours = (audience: string): Verify =>
    verifier({
      issuer: config.issuer,
      audience,
      algorithms: [tokenPolicy(config, [audience], 0).accessTokenSigningAlg],
      keys: (kid) => keys.jwks(kid),
      // Issuer and gate share a clock: `exp` means what it says.
      clockToleranceSeconds: 0,
    });
  const others = ({ jwksUri, audience, ...other }: OtherIssuer, resource: string): Verify =>
    verifier({
      ...other,
      audience: audience ?? resource,
      keys: issuerKeys({ issuer: other.issuer, jwksUri }),
    });

  const verifiers = new Map<string, Verify>();
  return async (token: string, { issuers, resource }: Route) => {
    // The token chooses among those that the route names, and is then held to the one it chose.
    const claimed = issuers.length > 0 ? claimedIssuer(token) : undefined;
    const issuerName = issuers.find((name) => config.issuers[name]?.issuer === claimed);
    const other = issuerName === undefined ? undefined : config.issuers[issuerName];
    const key = `${issuerName} ${resource}`;
    const verify = verifiers.get(key) ?? (other ? others(other, resource) : ours(resource));
    verifiers.set(key, verify);
    return { verified: await verify(token), issuerName: other && issuerName };
  };
}

/**
 * Makes a function that tells who sends a request to a route. An Authorization header is judged alone, never
 * together with the cookie: a caller that brings a bad token is not somebody else.
 */
export function createAuthentication(
  { secrets, ...dependencies }: TokenDependencies & Pick<Dependencies, 'secrets'>,
  cookies: GateCookies,
) {
  const verify = createVerification(dependencies);

  async function byToken(token: string, route: Route): Promise<Authentication> {
    const { verified, issuerName } = await verify(token, route);
    if (!verified.ok) {
      return verified.code === 'keys_unavailable'
        ? { kind: 'unavailable' }
        : { kind: 'invalid_token', description: verified.description };
    }
    const { iss, sub, sid, jti, client_id, scope, auth_time } = verified.claims;
    const granted = {
      scope: typeof scope === 'string' ? scope.split(' ') : [],
      authTime: typeof auth_time === 'number' ? auth_time : undefined,
    };
    if (issuerName !== undefined) {
      const clientId = typeof client_id === 'string' ? client_id : undefined;
      return { kind: 'foreign', issuerName, issuer: iss, subject: sub, clientId, ...granted };
    }
    if (typeof sid !== 'string' || typeof client_id !== 'string') {
      return { kind: 'invalid_token', description: 'the token belongs to no session' };
    }
    const familyId = familyIdOf(jti);
    return {
      kind: 'token',
      userId: sub,
      sessionId: sid,
      familyId,
      tokenId: jti,
      clientId: client_id,
      ...granted,
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
