import { env } from 'cloudflare:test';
import { afterEach, describe, expect, it, vi } from 'vitest';
import '../../src/worker.ts';
import { configure } from '../../src/config/configured.ts';
import { defineConfig } from '../../src/config/define.ts';
import { receiversOf } from '../../src/outbox/receivers.ts';
import { eventOf, profile, standIn } from './receiver-stand-in.ts';

afterEach(() => {
  vi.unstubAllGlobals();
});

const secret = `whsec_${btoa('0123456789abcdef0123456789abcdef')}`;
const environment = Object.assign(Object.create(env), {
  PORTCULLIS_WEBHOOK_OPS_TEAM_SECRET: secret,
  PORTCULLIS_SECURITY_EVENTS_PARTNER_TOKEN: 'a-token-of-ours',
}) as typeof env;

configure(
  defineConfig(({ PORTCULLIS_ISSUER }) => ({
    issuer: PORTCULLIS_ISSUER,
    webhooks: [{ name: 'ops-team', url: 'https://hooks.company.example/' }],
    securityEventReceivers: [
      { name: 'partner', url: 'https://partner.example/', audience: 'partner', bearerToken: true },
    ],
  })),
);

describe('those who are told of what happens', () => {
  it('are the trail, the person, and whom the configuration names, by names that do not change', () => {
    const names = receiversOf(environment).map(({ name }) => name);
    expect(names).toEqual(['audit', 'mail', 'webhook:ops-team', 'security-events:partner']);
  });

  it('are known by secrets of their own', async () => {
    const sent = standIn(({ url }) => new Response(null, { status: url.includes('partner') ? 202 : 204 }));
    for (const receiver of receiversOf(environment).slice(2))
      expect(await receiver.deliver([eventOf()], profile)).toEqual({ kind: 'taken' });
    const [webhook, partner] = sent.map(({ request }) => request);
    expect(webhook?.headers.get('webhook-signature')).toMatch(/^v1,[A-Za-z0-9+/]{43}=$/);
    expect(webhook?.headers.get('Authorization')).toBeNull();
    expect(partner?.headers.get('Authorization')).toBe('Bearer a-token-of-ours');
  });
});
