import { env } from 'cloudflare:workers';
import type { JWTPayload } from 'jose';
import { describe, expect, it } from 'vitest';
import { ConfigError } from '../../src/config/error.ts';
import { loadConfig } from '../../src/config/load.ts';
import type { ConfigInput } from '../../src/config/schema.ts';
import {
  CLOCK_SKEW_SECONDS,
  ISOLATE_REFRESH_SECONDS,
  ISOLATE_SECONDS,
  LEASE_SECONDS,
  MAXIMUM_TOKEN_SECONDS,
  PROPAGATION_SECONDS,
  REPUBLISH_SECONDS,
} from '../../src/core/keyring/timing.ts';
import { createAssertions } from '../../src/gate/origin/assertion.ts';
import { signIdToken } from '../../src/grants/id-token.ts';
import { ringPolicy } from '../../src/keys/policy.ts';
import type { Grant, Profile } from '../../src/user/types.ts';

const app = { clientId: 'app', clientName: 'App', redirectUris: ['https://app.example/cb'] };
const load = (changes: Partial<ConfigInput> = {}) =>
  loadConfig(() => ({ issuer: 'http://localhost:8787', clients: [app], ...changes }), env);

describe('the policy of the ring', () => {
  it('rotates ES256 and RS256 every 30 days where nothing else is configured', () => {
    expect(ringPolicy(load())).toEqual({
      algorithms: ['ES256', 'RS256'],
      period: 30 * 86_400_000,
      tokenLifetime: 86_400_000,
      propagation: PROPAGATION_SECONDS * 1000,
      republish: REPUBLISH_SECONDS * 1000,
    });
  });

  it('covers every access token that can be configured, today or in another deployment', () => {
    const longest = (accessTokenSeconds: number) => load({ clients: [{ ...app, accessTokenSeconds }] });
    expect(ringPolicy(longest(MAXIMUM_TOKEN_SECONDS))).toEqual(ringPolicy(longest(60)));
    expect(() => longest(MAXIMUM_TOKEN_SECONDS + 1)).toThrow('accessTokenSeconds');
  });

  it('covers ID tokens and assertions', async () => {
    const config = load();
    const client = config.clients[0];
    if (!client) throw new Error('no client');
    const lifetimes: number[] = [];
    const keys = {
      jwks: async () => ({ keys: [] }),
      async sign(_alg: string, _typ: string, { iat, exp }: JWTPayload) {
        lifetimes.push(1000 * ((exp ?? Number.POSITIVE_INFINITY) - (iat ?? 0)));
        return '';
      },
    };
    const subject = {
      userId: 'u',
      sessionId: 's',
      scope: ['openid'],
      amr: ['pwd'],
      authTime: 1,
    } as unknown as Grant;
    const profile = {} as Profile;
    const others = { nonce: undefined, accessToken: '', claims: undefined };
    await signIdToken({ config, keys }, { client, subject, profile, ...others });
    const caller = {
      kind: 'session',
      userId: 'u',
      sessionId: 's',
      expiresAt: Number.POSITIVE_INFINITY,
    } as never;
    const assertions = createAssertions({ config, keys });
    await assertions.ofIdentity(
      assertions.statementOf({ resource: 'r', identityHeaders: {} } as never, caller, undefined),
    );
    expect(lifetimes).toHaveLength(2);
    expect(Math.max(...lifetimes)).toBeLessThanOrEqual(ringPolicy(config).tokenLifetime);
  });
});

describe('the options of keys', () => {
  const vault = { kind: 'vault' as const, url: 'https://vault.example:8200', keyName: 'portcullis' };

  it('may add EdDSA, rotate faster, and name a Vault', () => {
    const keys = {
      rotateAfterSeconds: 3600,
      algorithms: ['ES256', 'RS256', 'EdDSA'] as const,
      encryption: vault,
    };
    expect(load({ keys: { ...keys, algorithms: [...keys.algorithms] } }).keys).toEqual({
      ...keys,
      encryption: { ...vault, mount: 'transit' },
    });
  });

  it.each<[string, unknown]>([
    ['keys.rotateAfterSeconds', { rotateAfterSeconds: 60 }],
    ['keys.algorithms', { algorithms: ['ES256'] }],
    ['keys.algorithms', { algorithms: ['ES256', 'RS256', 'RS256'] }],
    ['keys.algorithms[2]', { algorithms: ['ES256', 'RS256', 'HS256'] }],
    ['keys.encryption.url', { encryption: { ...vault, url: 'https://vault.example/v1' } }],
    ['keys.encryption.keyName', { encryption: { ...vault, keyName: '../sys/seal' } }],
    ['keys.encryption.mount', { encryption: { ...vault, mount: '../sys' } }],
    ['keys.encryption', { encryption: { kind: 'other' } }],
  ])('names %s where it cannot be', (place, keys) => {
    const refused = () => load({ keys } as Partial<ConfigInput>);
    expect(refused).toThrow(ConfigError);
    expect(refused).toThrow(place);
  });
});

it('has durations that agree with each other', () => {
  // A snapshot is renewed long before it is over, and an isolate looks for one before it needs it.
  expect(REPUBLISH_SECONDS * 2).toBeLessThan(LEASE_SECONDS);
  expect(ISOLATE_REFRESH_SECONDS).toBeLessThan(ISOLATE_SECONDS);
  expect(CLOCK_SKEW_SECONDS).toBeLessThan(ISOLATE_SECONDS);
  // The shortest period that can be configured leaves a key time to sign.
  expect(PROPAGATION_SECONDS * 2).toBeLessThan(3600);
});
