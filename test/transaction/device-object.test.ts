import { env, runDurableObjectAlarm, runInDurableObject } from 'cloudflare:test';
import { afterEach, describe, expect, it, vi } from 'vitest';
import { normalUserCode } from '../../src/core/oauth/device.ts';
import { createDevices } from '../../src/transaction/devices.ts';

afterEach(() => {
  vi.useRealTimers();
  vi.restoreAllMocks();
});

const devices = createDevices(env.DEVICE_AUTHORIZATION);
const request = (seconds = 600) => ({
  clientId: 'tv',
  scope: ['openid'],
  resource: ['https://api.test/'],
  place: 'Lisbon, PT',
  expiresAt: Date.now() + seconds * 1000,
});
const clockForward = (seconds: number) =>
  vi.useFakeTimers({ toFake: ['Date'], now: Date.now() + seconds * 1000 });
const tablesOf = (name: string) =>
  runInDurableObject(env.DEVICE_AUTHORIZATION.getByName(name), (_, state) =>
    state.storage.sql
      .exec("SELECT name FROM sqlite_master WHERE type = 'table' AND name NOT LIKE '\\_cf%' ESCAPE '\\'")
      .toArray(),
  );

/** What getRandomValues gives for user codes: these numbers, one array after the other. */
function randomNumbers(...arrays: number[][]) {
  const real = crypto.getRandomValues.bind(crypto);
  vi.spyOn(crypto, 'getRandomValues').mockImplementation((array) => {
    const next = array instanceof Uint32Array ? arrays.shift() : undefined;
    if (next) (array as Uint32Array).set(next);
    else real(array);
    return array;
  });
}

describe('a device that begins', () => {
  it('gets a user code that finds it, and a secret that storage does not hold', async () => {
    const { userCode, deviceCode } = await devices.begin(request());
    expect(normalUserCode(userCode)).toBe(userCode);
    expect(await devices.find(userCode, 'ada')).toMatchObject({
      authorizationId: deviceCode.recordId,
      clientId: 'tv',
      scope: ['openid'],
      resource: ['https://api.test/'],
      place: 'Lisbon, PT',
    });
    const stub = env.DEVICE_AUTHORIZATION.getByName(deviceCode.userId);
    const [row] = await runInDurableObject(stub, (_, state) =>
      state.storage.sql.exec('SELECT * FROM device_authorization').toArray(),
    );
    const digest = await crypto.subtle.digest('SHA-256', deviceCode.secret);
    expect(row?.secret_hash).toEqual(digest);
  });

  it('never gets the user code of another one that waits, and gets it once that one is gone', async () => {
    const taken = [1, 2, 3, 4, 5, 6, 7, 8];
    randomNumbers(taken, taken, [1, 2, 3, 4, 5, 6, 7, 9], taken);
    const one = await devices.begin(request());
    const other = await devices.begin(request());
    expect(other.userCode).not.toBe(one.userCode);
    clockForward(600);
    const later = await devices.begin(request());
    expect(later.userCode).toBe(one.userCode);
    expect(await devices.poll(one.deviceCode, 'tv')).toEqual({ kind: 'expired_token' });
    expect(await devices.poll(later.deviceCode, 'tv')).toEqual({ kind: 'authorization_pending' });
  });

  it('is refused rather than kept waiting when every code that is tried is taken', async () => {
    const taken = [9, 9, 9, 9, 9, 9, 9, 9];
    randomNumbers(...Array.from({ length: 6 }, () => taken));
    await devices.begin(request());
    await expect(devices.begin(request())).rejects.toThrow('taken');
  });

  it('is begun once by a request that is tried again', async () => {
    const stub = env.DEVICE_AUTHORIZATION.getByName('again');
    const device = { ...request(), authorizationId: 'a', secretHash: new Uint8Array(32) };
    expect(await stub.begin(device)).toBe(true);
    expect(await stub.begin(device)).toBe(true);
    expect(await stub.begin({ ...device, authorizationId: 'b' })).toBe(false);
  });
});

describe('a device that waits', () => {
  it('is shown to anybody while nobody has decided, then only to whoever allowed it', async () => {
    const { userCode, deviceCode } = await devices.begin(request());
    expect(await devices.find(userCode, 'eve')).toBeDefined();
    expect(await devices.decide(userCode, deviceCode.recordId, { kind: 'approved', userId: 'ada' })).toBe(
      true,
    );
    expect(await devices.find(userCode, 'ada')).toBeDefined();
    expect(await devices.find(userCode, 'eve')).toBeUndefined();
    expect(await devices.decide(userCode, deviceCode.recordId, { kind: 'approved', userId: 'eve' })).toBe(
      false,
    );
    expect(await devices.poll(deviceCode, 'tv')).toEqual({ kind: 'approved', userId: 'ada' });
  });

  it('keeps its longer interval in storage', async () => {
    const { deviceCode } = await devices.begin(request());
    await devices.poll(deviceCode, 'tv');
    expect(await devices.poll(deviceCode, 'tv')).toEqual({ kind: 'slow_down' });
    clockForward(6);
    expect(await devices.poll(deviceCode, 'tv')).toEqual({ kind: 'slow_down' });
    clockForward(15);
    expect(await devices.poll(deviceCode, 'tv')).toEqual({ kind: 'authorization_pending' });
  });

  it('is not shown, and not decided about, once its codes have expired', async () => {
    const { userCode, deviceCode } = await devices.begin(request());
    clockForward(600);
    expect(await devices.find(userCode, 'ada')).toBeUndefined();
    expect(await devices.decide(userCode, deviceCode.recordId, { kind: 'denied' })).toBe(false);
  });

  it('is gone by alarm when its codes expire, and no sooner', async () => {
    const { userCode, deviceCode } = await devices.begin(request());
    const stub = env.DEVICE_AUTHORIZATION.getByName(deviceCode.userId);
    const alarm = await runInDurableObject(stub, (_, state) => state.storage.getAlarm());
    expect((alarm ?? 0) - Date.now()).toBeGreaterThan(590_000);
    await runDurableObjectAlarm(stub);
    expect(await devices.find(userCode, 'ada'), 'the alarm of an earlier device, late').toBeDefined();
    clockForward(600);
    expect(await runDurableObjectAlarm(stub)).toBe(true);
    expect(await tablesOf(deviceCode.userId)).toEqual([]);
    expect(await devices.poll(deviceCode, 'tv')).toEqual({ kind: 'expired_token' });
  });

  it('leaves nothing where nobody waits', async () => {
    expect(await devices.find('BBBBBBBB', 'ada')).toBeUndefined();
    const name = await crypto.subtle.digest('SHA-256', new TextEncoder().encode('device:BBBBBBBB'));
    const text = btoa(String.fromCharCode(...new Uint8Array(name).subarray(0, 16)))
      .replaceAll('+', '-')
      .replaceAll('/', '_')
      .replaceAll('=', '');
    expect(await tablesOf(text)).toEqual([]);
  });
});
