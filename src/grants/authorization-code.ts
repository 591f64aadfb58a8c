import { isConfidential } from '../config/client-faults.ts';
import { base64url, sha256 } from '../crypto/bytes.ts';
import { decodeToken, encodeToken, newRecordId, newSecret, type Token } from '../crypto/token.ts';
import type { Dependencies } from '../dependencies.ts';
import { hearsOfLogout } from '../logout/back-channel.ts';
import type { CodeRedemption, CodeRefusal } from '../user/types.ts';
import { issueAccessToken } from './access-token.ts';
import { type GrantOutcome, type GrantType, refreshBinding, refused, type TokenRequest } from './grant.ts';
import { signIdToken } from './id-token.ts';

/** RFC 7636 §4.1. */
const codeVerifierForm = /^[A-Za-z0-9._~-]{43,128}$/;

/** Why the object said no, to a client that is known and holds the code's secret. */
function refusal(reason: CodeRefusal): GrantOutcome {
  switch (reason) {
    case 'resource_exceeded':
      return refused('invalid_target', 'a resource asked for was not granted');
    case 'wrong_redirect_uri':
      return refused('invalid_grant', 'redirect_uri is not the one of the authorization request');
    case 'wrong_verifier':
      return refused('invalid_grant', 'code_verifier does not belong to the code_challenge of the request');
    case 'wrong_key':
      return refused('invalid_grant', 'the code is bound to a DPoP key: send a proof made with it');
    case 'invalid':
      return refused(
        'invalid_grant',
        'the code is not valid: it may be expired, used, or not for this client',
      );
  }
}

/** RFC 6749 §4.1.3 with PKCE (RFC 7636 §4.6). */
export const authorizationCodeGrant: GrantType = async (dependencies, request) => {
  const { client, parameters } = request;
  const presented = parameters.get('code');
  if (!presented) return refused('invalid_request', 'code is missing');
  const codeVerifier = parameters.get('code_verifier');
  if (codeVerifier === undefined && client.requirePkce)
    return refused('invalid_request', 'code_verifier is missing');
  if (codeVerifier !== undefined && !codeVerifierForm.test(codeVerifier)) {
    return refused('invalid_request', 'code_verifier must be 43 to 128 unreserved characters');
  }
  const code = await decodeToken(dependencies.secrets, 'authorization_code', presented);
  if (!code) return refused('invalid_grant', 'the code is not valid');
  return redeem(dependencies, request, code, {
    redirectUri: parameters.get('redirect_uri'),
    codeChallenge: codeVerifier && base64url.encode(await sha256(codeVerifier)),
  });
};

/** Redeems what a person granted in their session, a code or an approved device's: its family and first tokens. */
export async function redeem(
  dependencies: Dependencies,
  { client, resource, dpopJkt }: TokenRequest,
  code: Token,
  binding: Pick<CodeRedemption, 'redirectUri' | 'codeChallenge'>,
): Promise<GrantOutcome> {
  const { secrets, users } = dependencies;
  const first = {
    home: code.home,
    userId: code.userId,
    recordId: newRecordId(),
    generation: 0,
    secret: newSecret(),
  };
  const answer = await users.redeemCode(code, {
    clientId: client.clientId,
    ...binding,
    dpopJkt,
    resource: [...resource],
    redemptionId: first.recordId,
    family: {
      secretHash: await sha256(first.secret),
      dpopJkt: refreshBinding(client, dpopJkt),
      idleSeconds: client.refreshToken.idleSeconds,
      absoluteSeconds: client.refreshToken.absoluteSeconds,
      fromServer: isConfidential(client),
      hearsOfLogout: hearsOfLogout(client),
    },
  });
  if (answer.kind === 'refused') return refusal(answer.reason);

  const { grant: subject, nonce, profile, claims } = answer;
  const issued = await issueAccessToken(dependencies, {
    client,
    person: { subject, profile },
    scope: subject.scope,
    resource: resource.length > 0 ? resource : subject.resource,
    dpopJkt,
  });
  const about = { client, subject, profile, nonce, claims, accessToken: issued.access_token };
  return {
    kind: 'granted',
    response: {
      ...issued,
      ...(client.grantTypes.includes('refresh_token') && {
        refresh_token: await encodeToken(secrets, 'refresh_token', first),
      }),
      ...(subject.scope.includes('openid') && { id_token: await signIdToken(dependencies, about) }),
    },
  };
}
