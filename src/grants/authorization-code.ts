import { base64url, sha256 } from '../crypto/bytes.ts';
import { decodeToken, encodeToken, newRecordId, newSecret } from '../crypto/token.ts';
import { type GrantType, refused } from './grant.ts';
import { signAccessToken, signIdToken } from './tokens.ts';

/** RFC 7636 §4.1. */
const codeVerifierForm = /^[A-Za-z0-9._~-]{43,128}$/;

/** RFC 6749 §4.1.3 with PKCE (RFC 7636 §4.6). */
export const authorizationCodeGrant: GrantType = async (dependencies, { client, parameters, resource }) => {
  const { secrets, users } = dependencies;
  const presented = parameters.get('code');
  if (!presented) return refused('invalid_request', 'code is missing');
  const redirectUri = parameters.get('redirect_uri');
  if (!redirectUri) return refused('invalid_request', 'redirect_uri is missing');
  const codeVerifier = parameters.get('code_verifier');
  if (!codeVerifier) return refused('invalid_request', 'code_verifier is missing');
  if (!codeVerifierForm.test(codeVerifier)) {
    return refused('invalid_request', 'code_verifier must be 43 to 128 unreserved characters');
  }
  const code = await decodeToken(secrets, 'authorization_code', presented);
  if (!code) return refused('invalid_grant', 'the code is not valid');

  const first = {
    home: code.home,
    userId: code.userId,
    recordId: newRecordId(),
    generation: 0,
    secret: newSecret(),
  };
  const answer = await users.redeemCode(code, {
    clientId: client.clientId,
    redirectUri,
    codeChallenge: base64url.encode(await sha256(codeVerifier)),
    resource: [...resource],
    redemptionId: first.recordId,
    family: {
      secretHash: await sha256(first.secret),
      idleSeconds: client.refreshToken.idleSeconds,
      absoluteSeconds: client.refreshToken.absoluteSeconds,
    },
  });
  if (answer.kind === 'refused') {
    return answer.reason === 'resource_exceeded'
      ? refused('invalid_target', 'a resource asked for was not granted')
      : refused('invalid_grant', 'the code is not valid: it may be expired, used, or not for this client');
  }

  const { grant, nonce, profile } = answer;
  const openid = grant.scope.includes('openid');
  return {
    kind: 'granted',
    response: {
      access_token: await signAccessToken(
        dependencies,
        client,
        grant,
        grant.scope,
        resource.length > 0 ? resource : grant.resource,
      ),
      token_type: 'Bearer',
      expires_in: client.accessTokenSeconds,
      scope: grant.scope.join(' '),
      ...(client.grantTypes.includes('refresh_token') && {
        refresh_token: await encodeToken(secrets, 'refresh_token', first),
      }),
      ...(openid && { id_token: await signIdToken(dependencies, client, grant, profile, nonce) }),
    },
  };
};
