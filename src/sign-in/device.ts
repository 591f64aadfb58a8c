import { normalUserCode, shownUserCode } from '../core/oauth/device.ts';

// A sign-in on the way to /device needs no sealed request: all that it keeps is a user code, which is worth nothing by
// itself and is asked about again there.

const STRONG = 'strong-';

/**
 * The `flow` of a sign-in that leads to /device.
 * @param userCode in its normal form, if it is known already
 * @param strong the device's client is one whose people need a second factor
 */
export const deviceFlow = (userCode: string | undefined, strong = false): string =>
  `${strong ? STRONG : ''}device${userCode === undefined ? '' : `-${userCode}`}`;

/** Whether such a sign-in needs a second factor for what it leads to. */
export const isStrongFlow = (flowId: string | undefined): boolean =>
  flowId?.startsWith(STRONG) === true && deviceReturn(flowId) !== undefined;

/** Where that flow leads back to; undefined for any other flow. */
export function deviceReturn(flowId: string | undefined): string | undefined {
  const flow = /^(?:strong-)?device(?:-(.*))?$/.exec(flowId ?? '');
  if (!flow) return undefined;
  const userCode = normalUserCode(flow[1] ?? '');
  return userCode === undefined ? '/device' : `/device?user_code=${shownUserCode(userCode)}`;
}
