import type { Context } from 'hono';
import type { Dependencies } from '../../dependencies.ts';
import { errorPage } from '../../middleware/failure.tsx';
import { presentationOf, showPage } from '../../middleware/page.tsx';
import { readPageForm } from '../../middleware/page-form.ts';
import { sessionToken } from '../../middleware/session.ts';
import { TrustedDevicesPage } from '../../pages/trusted-devices.tsx';
import { deviceName } from '../../user/device.ts';
import { secondFactorOff } from './authenticator.tsx';

/** GET /account/trusted-devices. To trust less needs no fresh sign-in. */
export const showTrustedDevices = (dependencies: Dependencies) => async (c: Context) => {
  const { config, users } = dependencies;
  const { policy, trustDeviceSeconds } = config.secondFactor;
  if (policy === 'off') return secondFactorOff(c, dependencies);
  const token = await sessionToken(c, dependencies);
  const answer = token && (await users.secondFactors.trustedDevices(token, trustDeviceSeconds));
  if (answer?.session.kind !== 'live') return c.redirect('/signin?flow=to-trusted-devices', 303);
  const { texts } = presentationOf(c, config);
  const devices = answer.devices.map(({ userAgent, ...device }) => ({
    ...device,
    deviceName: deviceName(userAgent, texts),
  }));
  return showPage(c, config, <TrustedDevicesPage devices={devices} />);
};

/** POST /account/trusted-devices: one is asked again. */
export const distrustDevice = (dependencies: Dependencies) => async (c: Context) => {
  const { config, users } = dependencies;
  const parameters = await readPageForm(c, config);
  if (parameters instanceof Response) return parameters;
  const token = await sessionToken(c, dependencies);
  const deviceId = parameters.get('device_id');
  if (deviceId === undefined) return errorPage(c, config, 400, { error: 'device_missing' });
  const session = token && (await users.secondFactors.distrustDevice(token, deviceId));
  const live = session?.kind === 'live';
  return c.redirect(live ? '/account/trusted-devices' : '/signin?flow=to-trusted-devices', 303);
};
