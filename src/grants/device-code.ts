import { decodeToken } from '../crypto/token.ts';
import { redeem } from './authorization-code.ts';
import { type GrantType, refused } from './grant.ts';

/**
 * RFC 8628 §3.4. The device's object says whether its person has approved it. What was approved lies in the person's
 * own object, as a code with the id and the secret of the device code: it is redeemed there, once, in the transaction
 * that founds its family. So an answer that was lost on the way costs no approval.
 */
export const deviceCodeGrant: GrantType = async (dependencies, request) => {
  const presented = request.parameters.get('device_code');
  if (!presented) return refused('invalid_request', 'device_code is missing');
  const deviceCode = await decodeToken(dependencies.secrets, 'device_code', presented);
  if (!deviceCode) return refused('invalid_grant', 'the device code is not valid');
  const answer = await dependencies.devices.poll(deviceCode, request.client.clientId);
  switch (answer.kind) {
    case 'authorization_pending':
      return refused(answer.kind, 'nobody has answered yet: ask again after the interval');
    case 'slow_down':
      return refused(answer.kind, 'that was too soon: wait 5 seconds longer between requests from now on');
    case 'access_denied':
      return refused(answer.kind, 'the person refused');
    case 'expired_token':
      return refused(answer.kind, 'the device code has expired: begin anew, when somebody asks for it');
    case 'wrong_client':
      return refused('invalid_grant', 'the device code is not for this client');
    case 'approved': {
      const code = { ...deviceCode, userId: answer.userId };
      return redeem(dependencies, request, code, { redirectUri: '', codeChallenge: undefined });
    }
  }
};
