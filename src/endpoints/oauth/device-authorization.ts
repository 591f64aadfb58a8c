import type { Context } from 'hono';
import {
  checkDeviceAuthorizationRequest,
  DEVICE_CODE_SECONDS,
  FIRST_INTERVAL_SECONDS,
  shownUserCode,
} from '../../core/oauth/device.ts';
import { encodeToken } from '../../crypto/token.ts';
import type { Dependencies } from '../../dependencies.ts';
import { authenticateClient } from '../../middleware/client-authentication.ts';
import { oauthError } from '../../middleware/failure.tsx';
import { readForm } from '../../middleware/form.ts';
import { deviceOf } from '../../request/sighting.ts';

/** POST /oauth/device_authorization: RFC 8628 §3.1. */
export const deviceAuthorization = (dependencies: Dependencies) => async (c: Context) => {
  const { config, devices, secrets } = dependencies;
  const parsed = await readForm(c);
  if (parsed.kind === 'malformed')
    return oauthError(c, { error: 'invalid_request', description: parsed.description });
  const client = await authenticateClient(c, dependencies, parsed.parameters);
  if (client instanceof Response) return client;
  const outcome = checkDeviceAuthorizationRequest(parsed.parameters, parsed.resource, client);
  if (outcome.kind === 'refused') return oauthError(c, outcome.error);

  const { scope, resource } = outcome;
  const { userCode, deviceCode } = await devices.begin({
    clientId: client.clientId,
    scope,
    resource,
    place: deviceOf(c.req.raw).place,
    expiresAt: Date.now() + DEVICE_CODE_SECONDS * 1000,
  });
  c.header('Cache-Control', 'no-store');
  const shown = shownUserCode(userCode);
  return c.json({
    device_code: await encodeToken(secrets, 'device_code', deviceCode),
    user_code: shown,
    verification_uri: `${config.issuer}/device`,
    verification_uri_complete: `${config.issuer}/device?user_code=${shown}`,
    expires_in: DEVICE_CODE_SECONDS,
    interval: FIRST_INTERVAL_SECONDS,
  });
};
