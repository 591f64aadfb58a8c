import { describe, expect, it } from 'vitest';
import type { ConfigInput } from '../../src/config/define.ts';
import { loadConfig } from '../../src/config/load.ts';
import type { Environment } from '../../src/environment.ts';

const secret = `whsec_${btoa('0123456789abcdef0123456789abcdef')}`;
const secrets = { PORTCULLIS_WEBHOOK_OPS_TEAM_SECRET: secret };
const load = (config: object, secrets: object = {}, kind = 'production') =>
  loadConfig(
    () => ({ issuer: 'https://auth.company.org', emailCodes: { enabled: false }, ...config }) as ConfigInput,
    {
      PORTCULLIS_ENVIRONMENT: kind,
      ...secrets,
    } as Environment,
  );
const hook = { name: 'ops-team', url: 'https://hooks.company.org/' };
const partner = { name: 'partner', url: 'https://partner.org/events', audience: 'partner' };

describe('receivers of events', () => {
  it('are none by default, and get every event unless they say which', () => {
    expect(load({})).toMatchObject({ webhooks: [], securityEventReceivers: [] });
    expect(load({ webhooks: [hook] }, secrets).webhooks).toEqual([hook]);
    expect(load({ securityEventReceivers: [partner] }).securityEventReceivers).toEqual([
      { ...partner, bearerToken: false },
    ]);
  });

  it('may have two secrets while one is being replaced', () => {
    const two = { PORTCULLIS_WEBHOOK_OPS_TEAM_SECRET: `${secret} ${secret}\n` };
    expect(load({ webhooks: [hook] }, two).webhooks).toEqual([hook]);
  });

  it('may be on this machine in development', () => {
    const here = { ...hook, url: 'http://127.0.0.1:9000/' };
    expect(load({ webhooks: [here] }, secrets, 'development').webhooks).toEqual([here]);
    expect(() => load({ webhooks: [here] }, secrets)).toThrow('webhooks[0].url: must be https');
    const there = { ...hook, url: 'http://hooks.company.org/' };
    expect(() => load({ webhooks: [there] }, secrets, 'development')).toThrow(
      'webhooks[0].url: must be https',
    );
  });

  it.each<[string, object, object?]>([
    ['webhooks[0]: the secret PORTCULLIS_WEBHOOK_OPS_TEAM_SECRET is not set', { webhooks: [hook] }],
    [
      'PORTCULLIS_WEBHOOK_OPS_TEAM_SECRET must be whsec_',
      { webhooks: [hook] },
      { PORTCULLIS_WEBHOOK_OPS_TEAM_SECRET: 'hunter2' },
    ],
    [
      'PORTCULLIS_WEBHOOK_OPS_TEAM_SECRET must be whsec_',
      { webhooks: [hook] },
      { PORTCULLIS_WEBHOOK_OPS_TEAM_SECRET: `whsec_${btoa('too short')}` },
    ],
    [
      'PORTCULLIS_WEBHOOK_OPS_TEAM_SECRET must be whsec_',
      { webhooks: [hook] },
      { PORTCULLIS_WEBHOOK_OPS_TEAM_SECRET: `${secret} ${secret} ${secret}` },
    ],
    ['webhooks[1].name: "ops-team" is there already', { webhooks: [hook, hook] }, secrets],
    ['must be a name of small letters', { webhooks: [{ ...hook, name: 'Ops' }] }],
    ['must not hold a user', { webhooks: [{ ...hook, url: 'https://a:b@hooks.company.org/' }] }, secrets],
    [
      'webhooks[0].events[0]: must be one of',
      { webhooks: [{ ...hook, events: ['session.opened'] }] },
      secrets,
    ],
    ['webhooks[0].events: must not be empty', { webhooks: [{ ...hook, events: [] }] }, secrets],
    [
      'webhooks[0].events: must name each once',
      { webhooks: [{ ...hook, events: ['family_reuse', 'family_reuse'] }] },
      secrets,
    ],
    [
      'every one is described in src/config/webhooks.ts',
      { webhooks: [{ ...hook, secret: 'hunter2' }] },
      secrets,
    ],
    [
      'securityEventReceivers[0].audience: is missing',
      { securityEventReceivers: [{ ...partner, audience: undefined }] },
    ],
    [
      'securityEventReceivers[0].events[0]: must be one of "session-revoked", "credential-change"',
      { securityEventReceivers: [{ ...partner, events: ['session_ended'] }] },
    ],
    [
      'securityEventReceivers[0]: the secret PORTCULLIS_SECURITY_EVENTS_PARTNER_TOKEN is not set',
      { securityEventReceivers: [{ ...partner, bearerToken: true }] },
    ],
    [
      'securityEventReceivers[0].bearerToken: is not true, and yet there is a secret',
      { securityEventReceivers: [partner] },
      { PORTCULLIS_SECURITY_EVENTS_PARTNER_TOKEN: 'x' },
    ],
    [
      'must be a bearer token',
      { securityEventReceivers: [{ ...partner, bearerToken: true }] },
      { PORTCULLIS_SECURITY_EVENTS_PARTNER_TOKEN: 'two words' },
    ],
    [
      'webhooks: take webhooks out',
      { webhooks: [hook], identityProvider: { issuer: 'https://login.other.org', clientId: 'a' } },
      secrets,
    ],
  ])('%s', (message, config, given = {}) => {
    expect(() => load(config, given)).toThrow(message);
  });

  it('say nothing of what a secret is', () => {
    const wrong = { PORTCULLIS_WEBHOOK_OPS_TEAM_SECRET: 'not-to-be-seen' };
    const told = errorOf(() => load({ webhooks: [hook] }, wrong));
    expect(told).toContain('PORTCULLIS_WEBHOOK_OPS_TEAM_SECRET');
    expect(told).not.toContain('not-to-be-seen');
    expect(JSON.stringify(load({ webhooks: [hook] }, secrets))).not.toContain(secret);
  });
});

function errorOf(use: () => unknown): string {
  try {
    use();
  } catch (error) {
    return String(error);
  }
  return '';
}
