import { GATE_CLIENT_ID } from '../../config/load.ts';
import type { Config } from '../../config/schema.ts';
import { acrsMet } from '../../core/oauth/acr.ts';
import { base64url, sha256 } from '../../crypto/bytes.ts';
import type { RootSecrets } from '../../crypto/root-secret.ts';
import { decodeToken, newRecordId } from '../../crypto/token.ts';
import type { Users } from '../../user/users.ts';
import type { Identity } from './identity.ts';

/** The gate as a client of the issuer beside it: authorization code with PKCE, redeemed in process. */
export function ownIdentity({
  config,
  secrets,
  users,
}: {
  config: Config;
  secrets: RootSecrets;
  users: Pick<Users, 'status' | 'redeemCode' | 'endSession' | 'endEverything' | 'endHandle'>;
}): Identity {
  // Where no handle can end by itself, nobody is asked about one.
  const handlesEnd = config.routes.some(({ signOut }) => signOut === 'host');

  return {
    async authorizationUrl({ redirectUri, state, codeVerifier, stepUp }) {
      const url = new URL('/oauth/authorize', config.issuer);
      url.search = new URLSearchParams({
        response_type: 'code',
        client_id: GATE_CLIENT_ID,
        redirect_uri: redirectUri,
        scope: 'openid',
        state,
        code_challenge: base64url.encode(await sha256(codeVerifier)),
        code_challenge_method: 'S256',
        ...(stepUp.acrValues && { acr_values: stepUp.acrValues.join(' ') }),
        ...(stepUp.maxAgeSeconds !== undefined && { max_age: String(stepUp.maxAgeSeconds) }),
      }).toString();
      return url.href;
    },

    async redeem(parameters, { redirectUri, codeVerifier }) {
      // RFC 9207 §2.4: our issuer always names itself, in errors as well.
      if (parameters.get('iss') !== config.issuer) return { kind: 'failed', reason: 'another issuer' };
      if (parameters.get('error') === 'access_denied') return { kind: 'denied' };
      const code = await decodeToken(secrets, 'authorization_code', parameters.get('code') ?? '');
      if (!code) return { kind: 'failed', reason: 'no code of ours' };
      const redeemed = await users.redeemCode(code, {
        redemptionId: newRecordId(),
        clientId: GATE_CLIENT_ID,
        redirectUri,
        codeChallenge: base64url.encode(await sha256(codeVerifier)),
      });
      if (redeemed.kind === 'refused') return { kind: 'failed', reason: 'the code is refused' };
      const { userId, sessionId, amr, authTime } = redeemed.grant;
      return { kind: 'signed_in', userId, sessionId, acr: acrsMet(amr), authTime };
    },

    status: (userId, { sessionId, familyId, handleId, ofToken, isUse }) =>
      users.status(userId, {
        sessionId,
        ...(familyId !== undefined && { familyId }),
        ...((handlesEnd || ofToken) && handleId !== undefined && { handleId }),
        ...(isUse && { isUse }),
      }),

    async signOut(_, handle, scope) {
      if (scope === 'issuer') {
        if (handle) await users.endSession(handle.userId, handle.sessionId, 'sign_out');
        return { kind: 'done', location: `${config.issuer}/` };
      }
      // It would end by then anyway, whenever it was made.
      const expiresAt = Date.now() + config.session.absoluteSeconds * 1000;
      if (handle) await users.endHandle(handle.userId, handle, expiresAt);
      return { kind: 'done', location: undefined };
    },

    async endEverything({ userId, sessionId }) {
      await users.endEverything(userId, 'sign_out_everywhere', sessionId);
    },

    askToSignOut: async (scope) =>
      scope === 'issuer'
        ? { location: `${config.issuer}/oauth/logout?client_id=${GATE_CLIENT_ID}` }
        : { formAction: [] },
  };
}
