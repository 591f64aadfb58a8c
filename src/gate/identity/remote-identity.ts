import type { Config } from '../../config/schema.ts';
import { isSubject } from '../../core/federation/subject.ts';
import { acrsMet } from '../../core/oauth/acr.ts';
import { base64url, randomBytes } from '../../crypto/bytes.ts';
import type { IssuerKeys } from '../../keys/issuer-jwks.ts';
import type { Replays } from '../../replay/replays.ts';
import { report } from '../../report.ts';
import { log } from '../../telemetry/log.ts';
import type { GateSessions, LogoutSubject } from './gate-sessions.ts';
import type { Identity, SignedOut, SignInAnswer } from './identity.ts';
import { createIntrospection } from './introspection.ts';
import { beyondUserInfo, personClaims, signInFacts } from './person-claims.ts';
import { createProviderAccessTokens } from './provider-access-tokens.ts';

interface RemoteIdentityDependencies {
  config: Config;
  clientSecret: string | undefined;
  issuerKeys: IssuerKeys;
  replays: Pick<Replays, 'anyUsed' | 'firstUse'>;
  sessions: GateSessions;
}

/** There is nowhere that the browser should go. */
const finished: SignedOut = { kind: 'done', location: undefined };

/**
 * The gate as a client of a provider elsewhere: authorization code with PKCE over HTTP. Its tokens stay with the session's
 * object; the browser holds a handle of that and nothing else.
 */
export function remoteIdentity(
  identityProvider: NonNullable<Config['identityProvider']>,
  { config, clientSecret, issuerKeys, replays, sessions }: RemoteIdentityDependencies,
): Identity {
  // Loaded when somebody signs in: whoever has no identityProvider, or a session already, does without.
  let made: ReturnType<typeof make> | undefined;
  async function make() {
    const [{ createProvider }, { createProviderTokens }] = await Promise.all([
      import('./provider.ts'),
      import('./provider-tokens.ts'),
    ]);
    const { environment } = config;
    return {
      provider: createProvider({ identityProvider, environment, clientSecret }),
      tokens: createProviderTokens({ identityProvider, issuerKeys, replays }),
    };
  }
  const parts = () => {
    made ??= make();
    return made;
  };

  function failed(reason: string): SignInAnswer {
    // For the operator: a wrong secret or a wrong algorithm looks like this. Nothing of the answer is in it.
    log('warn', 'gate.sign_in_failed', { reason });
    return { kind: 'failed', reason };
  }

  return {
    async authorizationUrl(request) {
      return (await parts()).provider.authorizationUrl(request);
    },

    async redeem(parameters, request) {
      const { provider, tokens: signed } = await parts();
      const answer = await provider.redeem(parameters, request);
      if (answer.kind === 'denied') return answer;
      if (answer.kind === 'failed') return failed(answer.reason);
      const metadata = await provider.metadata();
      const claims = await signed.idToken(answer.idToken, metadata.jwks_uri);
      if (!claims) return failed('the signature of the ID token is not right');
      const { sub: subject, sid, azp } = claims;
      // OpenID Connect Core §3.1.3.7: a token for one audience may name it as well.
      if (azp !== undefined && azp !== identityProvider.clientId)
        return failed('an ID token of another client');
      if (!isSubject(subject)) return failed('a subject that is none');
      const confirmedAt = Date.now();
      const info = await provider.userInfo(answer.tokens.accessToken, subject);
      if (info.kind !== 'claims')
        return failed('UserInfo refuses the access token, or is about somebody else');
      const [ofToken, userInfo] = [personClaims(claims), personClaims(info.claims)];
      if (!ofToken || !userInfo) return failed('more claims than a gate keeps');
      const idClaims = beyondUserInfo(ofToken, userInfo);
      const signIn = signInFacts(claims);
      const sessionId = base64url.encode(randomBytes(16));
      const subjects: LogoutSubject[] = [{ kind: 'sub', value: subject }];
      if (typeof sid === 'string' && sid !== '') subjects.push({ kind: 'sid', value: sid });
      const { idleSeconds, absoluteSeconds } = config.session;
      const tokens = { ...answer.tokens, idToken: answer.idToken };
      await sessions.open(
        { sessionId, subject, signIn, idClaims, userInfo, tokens, confirmedAt, idleSeconds, absoluteSeconds },
        subjects,
      );
      const acr = [...(signIn.acr === undefined ? [] : [signIn.acr]), ...acrsMet(signIn.amr)];
      return { kind: 'signed_in', userId: subject, sessionId, acr, authTime: signIn.authTime };
    },

    status: (_, { sessionId }, maximumAgeSeconds) => sessions.status(sessionId, maximumAgeSeconds),

    async signOut(origin, handle, scope) {
      const ended = handle && (await sessions.end(handle.sessionId, 'sign_out'));
      // Each host has a session of its own here.
      if (scope === 'host') return finished;
      // The session is over in any case: what the provider makes of it is its own affair.
      try {
        const { provider } = await parts();
        if (ended?.refreshToken !== undefined)
          await provider
            .revoke(ended.refreshToken)
            .catch((error: unknown) => report('gate.not_revoked', error));
        const location = await provider.logoutUrl(ended?.idToken, `${origin}/`);
        return location === undefined ? finished : { kind: 'to_provider', location };
      } catch (error) {
        report('gate.provider_not_told', error);
        return finished;
      }
    },

    async replaced(handle) {
      await sessions.end(handle.sessionId, 'replaced');
    },

    async askToSignOut(scope) {
      if (scope === 'host') return { formAction: [] };
      const url = await parts()
        .then(({ provider }) => provider.logoutUrl(undefined, config.issuer))
        .catch(() => undefined);
      return { formAction: url === undefined ? [] : [url] };
    },

    accessTokens: createProviderAccessTokens({
      identityProvider,
      issuerKeys,
      // RFC 7662 §2.1: nobody answers a client that does not authenticate itself.
      introspect: createIntrospection(identityProvider.issuer, async (token) =>
        clientSecret === undefined ? undefined : (await parts()).provider.introspect(token),
      ),
    }),

    async backchannelLogout(logoutToken) {
      const { provider, tokens } = await parts();
      const token = await tokens.logoutToken(logoutToken, (await provider.metadata()).jwks_uri);
      if (!token) return 'refused';
      await sessions.endAll(token.subjects);
      await token.used();
      return 'ended';
    },
  };
}
