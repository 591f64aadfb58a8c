import { evictDurableObject, reset, runDurableObjectAlarm, runInDurableObject } from 'cloudflare:test';
import { env } from 'cloudflare:workers';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { ConfigError } from '../../src/config/error.ts';
import { REPUBLISH_SECONDS } from '../../src/core/keyring/timing.ts';
import { rootSecrets } from '../../src/crypto/root-secret.ts';
import { ObjectUnavailable } from '../../src/durable/call.ts';
import { KeyEncryptionUnavailable } from '../../src/keys/encryption.ts';
import { keyEncryptions } from '../../src/keys/encryptions.ts';
import { type VaultOptions, vaultEncryption } from '../../src/keys/vault.ts';
import { configurationWith, isolate, ringStub, storedKeys, withEnvironment } from './setup.ts';
import { vaultStandIn } from './vault-stand-in.ts';

let said: string[];
const plaintext = new TextEncoder().encode('a private key');
let vault: ReturnType<typeof vaultStandIn>;

beforeEach(async () => {
  await reset();
  vault = vaultStandIn();
  vi.stubGlobal('fetch', vault.fetch);
  said = [];
  vi.spyOn(console, 'error').mockImplementation((...parts: unknown[]) => {
    said.push(parts.join(' '));
  });
});
afterEach(() => {
  configurationWith();
  vi.unstubAllGlobals();
  vi.restoreAllMocks();
  vi.useRealTimers();
});

const encryption = (changes: Partial<VaultOptions> = {}) =>
  vaultEncryption({
    url: 'https://vault.test:8200',
    keyName: 'portcullis',
    mount: 'transit',
    token: vault.token,
    development: false,
    ...changes,
  });

describe('key encryption by Vault', () => {
  it('opens what it sealed, after a rotation of the key in Vault too, and only with its context', async () => {
    const by = encryption();
    const sealed = await by.wrap(plaintext, 'context');
    expect(sealed).toMatch(/^vault:v1:/);
    vault.rotate();
    expect(await by.wrap(plaintext, 'context')).toMatch(/^vault:v2:/);
    expect(await by.unwrap(sealed, 'context')).toEqual(plaintext);
    const failure = await by.unwrap(sealed, 'another').catch((error: unknown) => error);
    expect(failure).toBeInstanceOf(Error);
    expect(failure).not.toBeInstanceOf(KeyEncryptionUnavailable);
  });

  it('finds an engine that is mounted elsewhere', async () => {
    vault = vaultStandIn({ mount: 'team/keys' });
    vi.stubGlobal('fetch', vault.fetch);
    const by = encryption({ mount: 'team/keys' });
    expect(await by.unwrap(await by.wrap(plaintext, 'c'), 'c')).toEqual(plaintext);
  });

  it.each<[string, (request: Request) => Promise<Response>]>([
    ['is sealed', async () => Response.json({ errors: ['Vault is sealed'] }, { status: 503 })],
    ['is away', () => Promise.reject(new TypeError('no connection'))],
    ['answers with a page', async () => new Response('<html>', { headers: { 'content-type': 'text/html' } })],
    ['answers with something else', async () => Response.json({ data: {} })],
    ['redirects', async () => Response.redirect('https://elsewhere.test/')],
    ['answers without end', async () => new Response('x'.repeat(100_000))],
  ])('says that it is unavailable when Vault %s', async (_, answer) => {
    vault.answerInstead(answer);
    await expect(encryption().wrap(plaintext, 'c')).rejects.toThrow(KeyEncryptionUnavailable);
    await expect(encryption().unwrap('vault:v1:AAAA', 'c')).rejects.toThrow(KeyEncryptionUnavailable);
  });

  it('waits for Vault five seconds, not longer', async () => {
    let signal: AbortSignal | undefined;
    const timeout = vi.spyOn(AbortSignal, 'timeout');
    vi.stubGlobal('fetch', (_: URL, init: RequestInit) => {
      signal = init.signal ?? undefined;
      return vault.fetch('https://vault.test/v1/transit/encrypt/portcullis', { ...init, signal: null });
    });
    await encryption().wrap(plaintext, 'c');
    expect(timeout).toHaveBeenCalledWith(5_000);
    expect(signal).toBe(timeout.mock.results[0]?.value);
  });

  it('never follows a redirect with the token', async () => {
    const asked: string[] = [];
    vi.stubGlobal('fetch', async (url: URL, init: RequestInit) => {
      asked.push(`${url.href} ${init.redirect}`);
      return new Response(null, { status: 307, headers: { location: 'https://elsewhere.test/' } });
    });
    await expect(encryption().wrap(plaintext, 'c')).rejects.toThrow(KeyEncryptionUnavailable);
    expect(asked).toEqual(['https://vault.test:8200/v1/transit/encrypt/portcullis manual']);
  });

  it('never tells the token or what Vault quotes', async () => {
    vault.answerInstead(async () => Response.json({ errors: ['you sent a-private-key'] }, { status: 500 }));
    const failure = await encryption()
      .wrap(plaintext, 'c')
      .catch((error: unknown) => error);
    expect(String(failure)).not.toMatch(/a-vault-token|private-key/);
    const denied = await encryption({ token: 'a-wrong-token' })
      .wrap(plaintext, 'c')
      .catch((error: unknown) => error);
    expect(String(denied)).not.toContain('a-wrong-token');
  });

  it('says in one line a minute what to do when the token is no longer accepted', async () => {
    vi.useFakeTimers({ toFake: ['Date'], now: Date.now() });
    const by = encryption({ token: 'an-expired-token' });
    for (let round = 0; round < 5; round += 1) await by.wrap(plaintext, 'c').catch(() => {});
    expect(said).toHaveLength(1);
    expect(said[0]).toContain('Vault refuses PORTCULLIS_VAULT_TOKEN for transit/encrypt/portcullis');
    expect(said[0]).toContain('it has expired, was revoked, or its policy lacks `update` there');
    expect(said[0]).toContain('`wrangler secret put PORTCULLIS_VAULT_TOKEN` (docs/operations.md');
    expect(said[0]).not.toContain('an-expired-token');
    vi.setSystemTime(Date.now() + 60_000);
    await by.wrap(plaintext, 'c').catch(() => {});
    expect(said).toHaveLength(2);
  });

  it.each<[string, number | null, RegExp | null]>([
    ['nothing of a periodic token that it renewed', 2_764_800, null],
    ['nothing of a token without an end', 0, null],
    [
      'of a token near its end how long is left',
      7_200,
      /ends in 120 minutes .*nears its maximum, or its period is shorter than a day.* wrangler secret put/s,
    ],
    ['of a token that cannot be renewed that it will end', null, /cannot be renewed.*periodic token/],
  ])('says %s', async (_, lease, line) => {
    vault = vaultStandIn({ lease });
    vi.stubGlobal('fetch', vault.fetch);
    await encryption().renew?.();
    expect(vault.calls.renew).toBe(1);
    expect(said).toHaveLength(line ? 1 : 0);
    if (line) expect(said[0]?.replaceAll('`', '')).toMatch(line);
    expect(said.join()).not.toContain(vault.token);
  });

  it('lets a renewal fail without a word to whoever asked for it', async () => {
    vault.answerInstead(() => Promise.reject(new TypeError('no connection')));
    await expect(encryption().renew?.()).resolves.toBeUndefined();
    expect(said.map((line) => JSON.parse(line))).toEqual([
      { level: 'error', event: 'key_encryption.trouble', what: 'Vault gives no usable answer' },
    ]);
    vault.answerInstead(undefined);
    await encryption({ token: 'an-expired-token' }).renew?.();
    expect(said[1]).toContain('Vault refuses PORTCULLIS_VAULT_TOKEN for auth/token/renew-self');
  });

  it('is refused over http, and without a token', () => {
    for (const url of ['http://vault.test:8200', 'http://localhost:8200']) {
      expect(() => encryption({ url })).toThrow(ConfigError);
    }
    expect(() => encryption({ url: 'http://vault.test', development: true })).toThrow(/must be https/);
    expect(() => encryption({ url: 'http://127.0.0.1:8200', development: true })).not.toThrow();
    expect(() => encryption({ token: undefined })).toThrow(/PORTCULLIS_VAULT_TOKEN/);
  });
});

describe('a ring that Vault seals', () => {
  const withVault = {
    encryption: { kind: 'vault' as const, url: 'https://vault.test:8200', keyName: 'portcullis' },
  };
  const isolateWithVault = async () => {
    const secrets = await rootSecrets(env);
    const config = configurationWith(withVault);
    return isolate({}, keyEncryptions(config, secrets, { PORTCULLIS_VAULT_TOKEN: vault.token }));
  };
  const startWithVault = async () => {
    configurationWith(withVault);
    await withEnvironment({ PORTCULLIS_VAULT_TOKEN: vault.token });
  };

  it('asks Vault once per isolate and key, never per signature, however many come together', async () => {
    await startWithVault();
    const { keys } = await isolateWithVault();
    await Promise.all(Array.from({ length: 50 }, () => keys.sign('ES256', 'at+jwt', {})));
    await keys.sign('ES256', 'at+jwt', {});
    expect(vault.calls.decrypt).toBe(1);
    await keys.jwks();
    await keys.sign('RS256', 'JWT', {});
    expect(vault.calls.decrypt).toBe(2);
  });

  it('publishes without Vault, and refuses to sign until it is back without asking it all the time', async () => {
    await startWithVault();
    await ringStub().ring();
    const { keys } = await isolateWithVault();
    vi.useFakeTimers({ toFake: ['Date'], now: Date.now() });
    const sealed = vi.fn(async () => Response.json({ errors: ['Vault is sealed'] }, { status: 503 }));
    vault.answerInstead(sealed);
    expect((await keys.jwks()).keys).toHaveLength(4);
    for (let round = 0; round < 5; round += 1) {
      await expect(keys.sign('ES256', 'at+jwt', {})).rejects.toThrow(ObjectUnavailable);
    }
    expect(sealed).toHaveBeenCalledTimes(1);
    vault.answerInstead(undefined);
    vi.setSystemTime(Date.now() + 2_000);
    await expect(keys.sign('ES256', 'at+jwt', {})).resolves.toBeTypeOf('string');
  });

  it('and that has no keys yet asks Vault once, however many ask for it, and again by its alarm', async () => {
    await startWithVault();
    const now = Date.now();
    vi.useFakeTimers({ toFake: ['Date'], now });
    const away = vi.fn(async () => Response.json({ errors: ['Vault is sealed'] }, { status: 503 }));
    vault.answerInstead(away);
    const generated = vi.spyOn(crypto.subtle, 'generateKey');
    const askForIt = async () =>
      expect((await isolateWithVault()).keys.jwks()).rejects.toThrow(ObjectUnavailable);
    await Promise.all(Array.from({ length: 10 }, askForIt));
    for (let round = 0; round < 10; round += 1) await askForIt();
    // One key that signs and one that is next, of two algorithms.
    expect(away).toHaveBeenCalledTimes(4);
    expect(generated).toHaveBeenCalledTimes(4);
    const alarmAt = () => runInDurableObject(ringStub(), (_, { storage }) => storage.getAlarm());
    expect(await alarmAt()).toBe(now + 2_000);
    vi.setSystemTime(now + 2_000);
    away.mockClear();
    await runDurableObjectAlarm(ringStub());
    expect(away).toHaveBeenCalled();
    expect(await alarmAt()).toBe(now + 6_000);
    away.mockClear();
    await askForIt();
    expect(away).not.toHaveBeenCalled();
    vault.answerInstead(undefined);
    vi.setSystemTime(now + 6_000);
    await runDurableObjectAlarm(ringStub());
    expect((await (await isolateWithVault()).keys.jwks()).keys).toHaveLength(4);
  });

  it('is what the object renews its token for, about once an hour', async () => {
    await startWithVault();
    await ringStub().ring();
    await runDurableObjectAlarm(ringStub());
    await vi.waitFor(() => expect(vault.calls.renew).toBe(1));
    await runDurableObjectAlarm(ringStub());
    expect(vault.calls.renew).toBe(1);
    vi.useFakeTimers({ toFake: ['Date'], now: Date.now() + REPUBLISH_SECONDS * 1000 });
    await runDurableObjectAlarm(ringStub());
    expect(vault.calls.renew).toBe(2);
  });

  it('takes over the keys that the root secret sealed', async () => {
    await ringStub().ring();
    const before = await storedKeys();
    await evictDurableObject(ringStub());
    await startWithVault();
    await runDurableObjectAlarm(ringStub());
    await vi.waitFor(async () => {
      const after = await storedKeys();
      expect(after.map(({ kid }) => kid)).toEqual(before.map(({ kid }) => kid));
      for (const key of after) expect(key.keyEncryptionId).toBe('vault:transit/portcullis');
    }, 4_000);
    const { keys } = await isolateWithVault();
    await expect(keys.sign('ES256', 'at+jwt', {})).resolves.toBeTypeOf('string');
  });
});
