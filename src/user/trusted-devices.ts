import { sameBytes } from '../core/bytes.ts';
import type { UserRecord } from './record.ts';
import type { AccountTrustedDevice, Device, PresentedDevice, TrustedDevice } from './types.ts';

/** From now on a sign-in in this browser needs no second factor, for as long as the configuration says. */
export function trustDevice(
  user: UserRecord,
  { deviceId, secretHash }: PresentedDevice,
  device: Device,
  now: number,
): void {
  if (user.trustedDevices.get(deviceId)) return;
  user.trustedDevices.insert({ deviceId, secretHash, ...device, trustedAt: now });
  user.note('device_trusted', now, { ...device });
}

/** Whether the person trusts this browser, and did not choose so too long ago. */
export function isTrusted(
  user: UserRecord,
  { deviceId, secretHash, trustSeconds }: TrustedDevice,
  now: number,
): boolean {
  const row = user.trustedDevices.get(deviceId);
  return (
    row !== undefined && sameBytes(row.secretHash, secretHash) && now < row.trustedAt + trustSeconds * 1000
  );
}

/** The browsers that the person trusts, the newest first. */
export const trustedDevices = (user: UserRecord, trustSeconds: number, now: number): AccountTrustedDevice[] =>
  user.trustedDevices
    .since(now - trustSeconds * 1000)
    .map(({ deviceId, userAgent, place, trustedAt }) => ({ deviceId, userAgent, place, trustedAt }));

/** Asks for a second factor in that browser again. */
export function distrustDevice(user: UserRecord, deviceId: string, now: number): void {
  const row = user.trustedDevices.get(deviceId);
  if (!row) return;
  user.trustedDevices.remove(deviceId);
  user.note('device_distrusted', now, { userAgent: row.userAgent, place: row.place });
}
