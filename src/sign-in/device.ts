import { normalUserCode, shownUserCode } from '../core/oauth/device.ts';

// A sign-in on the way to /device needs no sealed request: all that it keeps is a user code, which is worth nothing by
// itself and is asked about again there.

/** The `flow` of a sign-in that leads to /device. @param userCode in its normal form, if it is known already. */
export const deviceFlow = (userCode: string | undefined): string =>
  userCode === undefined ? 'device' : `device-${userCode}`;

/** Where that flow leads back to; undefined for any other flow. */
export function deviceReturn(flowId: string | undefined): string | undefined {
  const flow = /^device(?:-(.*))?$/.exec(flowId ?? '');
  if (!flow) return undefined;
  const userCode = normalUserCode(flow[1] ?? '');
  return userCode === undefined ? '/device' : `/device?user_code=${shownUserCode(userCode)}`;
}
