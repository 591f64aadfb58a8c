import type { Config } from '../../config/schema.ts';
import { CLOCK_TOLERANCE_SECONDS } from '../../federation/exchange.ts';
import { type Claims, signedBy } from '../../federation/signed.ts';
import type { IssuerKeys } from '../../keys/issuer-jwks.ts';
import type { Replays } from '../../replay/replays.ts';
import { isOfType } from '../../verify/claims.ts';
import type { LogoutSubject } from './gate-sessions.ts';

/** OpenID Connect Back-Channel Logout §2.4: the member of `events` that makes a JWT a logout token. */
const LOGOUT_EVENT = 'http://schemas.openid.net/event/backchannel-logout';
/** No logout token is taken that is older, so that nobody has to remember one for longer. */
const LOGOUT_TOKEN_SECONDS = 10 * 60;

/** Checks what the provider signed: with its published keys, and by the algorithms that the configuration allows. */
export function createProviderTokens({
  identityProvider: { issuer, clientId, algorithms },
  issuerKeys,
  replays,
}: {
  identityProvider: NonNullable<Config['identityProvider']>;
  issuerKeys: IssuerKeys;
  replays: Pick<Replays, 'anyUsed' | 'firstUse'>;
}) {
  const opened = signedBy({ issuer, algorithms, issuerKeys });

  return {
    /** What an ID token says whose claims oauth4webapi has judged; undefined when its signature is not right. */
    async idToken(token: string, jwksUri: string): Promise<Claims | undefined> {
      return (await opened(token, jwksUri))?.claims;
    },

    /**
     * Whom a logout token is about (OpenID Connect Back-Channel Logout §2.6); undefined for anything else, one that was
     * used before included. The first that is known counts: where it names a session that nobody has, it is about all of
     * its person. `used` marks it so, once all that it ends has ended: until then it may be sent again.
     */
    async logoutToken(
      token: string,
      jwksUri: string,
    ): Promise<{ subjects: readonly LogoutSubject[]; used: () => Promise<unknown> } | undefined> {
      const judged = await opened(token, jwksUri);
      if (!judged) return undefined;
      const { typ } = judged.header;
      if (typ !== undefined && !isOfType(typ, 'logout+jwt') && !isOfType(typ, 'JWT')) return undefined;
      const { iss, aud, iat, exp, jti, sid, sub, events } = judged.claims;
      const now = Math.floor(Date.now() / 1000);
      if (iss !== issuer || ![aud].flat().includes(clientId)) return undefined;
      if (!isNumber(iat) || iat > now + CLOCK_TOLERANCE_SECONDS || iat < now - LOGOUT_TOKEN_SECONDS)
        return undefined;
      if (!isNumber(exp) || exp <= now - CLOCK_TOLERANCE_SECONDS) return undefined;
      // An ID token has a nonce, or might: it must never pass for one of these.
      if ('nonce' in judged.claims || !isText(jti)) return undefined;
      if (typeof events !== 'object' || events === null || !Object.hasOwn(events, LOGOUT_EVENT))
        return undefined;
      const subjects: LogoutSubject[] = [
        ...(isText(sid) ? [{ kind: 'sid' as const, value: sid }] : []),
        ...(isText(sub) ? [{ kind: 'sub' as const, value: sub }] : []),
      ];
      if (subjects.length === 0 || (await replays.anyUsed(issuer, [jti]))) return undefined;
      const until = (iat + LOGOUT_TOKEN_SECONDS + CLOCK_TOLERANCE_SECONDS) * 1000;
      return { subjects, used: () => replays.firstUse(issuer, jti, until) };
    },
  };
}

const isNumber = (value: unknown): value is number => Number.isFinite(value);
const isText = (value: unknown): value is string => typeof value === 'string' && value !== '';
