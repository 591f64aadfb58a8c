import { type Decision, type PollAnswer, USER_CODE_LENGTH, userCodeOf } from '../core/oauth/device.ts';
import { base64url, sha256 } from '../crypto/bytes.ts';
import { newRecordId, newSecret, type Token } from '../crypto/token.ts';
import { callObject, ObjectUnavailable } from '../durable/call.ts';
import type { DeviceAuthorizationObject, NewDeviceAuthorization } from './device-object.ts';

/**
 * Devices that wait for a person (RFC 8628), from a Worker's side. User codes are in their normal form, see
 * core/oauth/device.ts. All methods throw ObjectUnavailable when the object gives no answer.
 */
export interface Devices {
  /** Makes a pair of codes for a device. The secret of its device code is stored nowhere. */
  begin(
    request: Omit<NewDeviceAuthorization, 'authorizationId' | 'secretHash'>,
  ): Promise<{ userCode: string; deviceCode: Token }>;
  /** The device that shows this user code, as long as nobody but `userId` has decided about it. */
  find(userCode: string, userId: string): Promise<NewDeviceAuthorization | undefined>;
  /** Whether the decision stands; false when it comes too late. */
  decide(userCode: string, authorizationId: string, decision: Decision): Promise<boolean>;
  /** A device asks whether its person has decided. */
  poll(deviceCode: Token, clientId: string): Promise<PollAnswer>;
}

/** Of 20^8 codes, so many random ones in a row are never all taken; the bound is there for a broken generator. */
const MAXIMUM_TRIES = 5;

/** The object's name depends on no key: whoever has the user code must find it while a secret is being replaced. */
const nameOf = async (userCode: string): Promise<string> =>
  base64url.encode((await sha256(`device:${userCode}`)).subarray(0, 16));

export function createDevices(namespace: DurableObjectNamespace<DeviceAuthorizationObject>): Devices {
  const at = <T>(
    name: string,
    use: (stub: DurableObjectStub<DeviceAuthorizationObject>) => Promise<T>,
  ): Promise<T> => callObject('DeviceAuthorizationObject', () => namespace.getByName(name), use);

  return {
    async begin(request) {
      for (let tries = 1; tries <= MAXIMUM_TRIES; tries += 1) {
        const userCode = userCodeOf(crypto.getRandomValues(new Uint32Array(USER_CODE_LENGTH)));
        const deviceCode: Token = {
          home: 0,
          userId: await nameOf(userCode),
          recordId: newRecordId(),
          generation: 0,
          secret: newSecret(),
        };
        const device = {
          ...request,
          authorizationId: deviceCode.recordId,
          secretHash: await sha256(deviceCode.secret),
        };
        if (await at(deviceCode.userId, async (stub) => stub.begin(device))) return { userCode, deviceCode };
      }
      throw new ObjectUnavailable('every user code that was tried is taken');
    },
    find: async (userCode, userId) => at(await nameOf(userCode), async (stub) => stub.find(userId)),
    decide: async (userCode, authorizationId, decision) =>
      at(await nameOf(userCode), async (stub) => stub.decide(authorizationId, decision)),
    async poll(deviceCode, clientId) {
      const request = {
        authorizationId: deviceCode.recordId,
        secretHash: await sha256(deviceCode.secret),
        clientId,
        attempt: crypto.randomUUID(),
      };
      return at(deviceCode.userId, async (stub) => stub.poll(request));
    },
  };
}
