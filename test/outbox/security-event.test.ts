import { env, SELF } from 'cloudflare:test';
import { createLocalJWKSet, type JSONWebKeySet, jwtVerify } from 'jose';
import { afterEach, describe, expect, it, vi } from 'vitest';
import '../../src/worker.ts';
import { configOf } from '../../src/config/configured.ts';
import type { SecurityEventReceiver } from '../../src/config/schema.ts';
import { keysOf } from '../../src/keys/keys-of.ts';
import type { OutgoingEvent } from '../../src/outbox/receiver.ts';
import { securityEventReceiver } from '../../src/outbox/security-event.ts';
import { issuer } from '../workerd/person.ts';
import { eventOf, profile, standIn } from './receiver-stand-in.ts';

afterEach(() => {
  vi.unstubAllGlobals();
});

const receiver: SecurityEventReceiver = {
  name: 'partner',
  url: 'https://partner.example/events',
  audience: 'https://partner.example/caep',
  bearerToken: false,
};
const CAEP = 'https://schemas.openid.net/secevent/caep/event-type';

async function deliver(event: OutgoingEvent, changes: Partial<SecurityEventReceiver> = {}, token?: string) {
  const parts = { config: configOf(env), keys: await keysOf(env) };
  return securityEventReceiver({ ...receiver, ...changes }, parts, token).deliver([event], profile);
}

/** Verifies a token as its receiver would, by what the issuer publishes. */
async function verified(body: string) {
  const keys = (await (await SELF.fetch(`${issuer}/.well-known/jwks.json`)).json()) as JSONWebKeySet;
  return jwtVerify(body, createLocalJWKSet(keys), {
    issuer,
    audience: receiver.audience,
    typ: 'secevent+jwt',
  });
}

/** The one token that is sent for an event. */
async function tokenFor(event: OutgoingEvent) {
  const sent = standIn(() => new Response(null, { status: 202 }));
  expect(await deliver(event)).toEqual({ kind: 'taken' });
  vi.unstubAllGlobals();
  expect(sent).toHaveLength(1);
  return verified(sent[0]?.body ?? '');
}

const user = { format: 'iss_sub', iss: issuer, sub: profile.userId };

describe('a Security Event Token', () => {
  it('has the claims of RFC 8417 and CAEP and no others, signed by the issuer', async () => {
    const { payload, protectedHeader } = await tokenFor(eventOf());
    expect(protectedHeader).toEqual({ alg: 'RS256', typ: 'secevent+jwt', kid: expect.any(String) });
    const { iat = 0, ...claims } = payload;
    expect(Math.abs(iat - Date.now() / 1000)).toBeLessThan(30);
    const at = Date.UTC(2026, 10, 14, 9, 5, 1) / 1000;
    expect(claims).toEqual({
      iss: issuer,
      aud: receiver.audience,
      jti: 'dXNlci1vZi1hLXRlc3Q_ZXZlbnQtb25l',
      toe: at,
      txn: '8f1d2c3b4a596877',
      sub_id: { format: 'complex', user, session: { format: 'opaque', id: 'c2Vzc2lvbg' } },
      events: {
        [`${CAEP}/session-revoked`]: {
          event_timestamp: at,
          initiating_entity: 'user',
          reason_admin: { en: 'sign_out' },
          reason_user: { en: 'You signed out.', de: 'Sie haben sich abgemeldet.' },
        },
      },
    });
  });

  it('means every session of the person where everything was ended', async () => {
    const { payload } = await tokenFor(
      eventOf({ type: 'everything_ended', detail: { cause: 'administrator' } }),
    );
    expect(payload.sub_id).toEqual(user);
    expect(payload.events).toHaveProperty([`${CAEP}/session-revoked`, 'initiating_entity'], 'admin');
    expect(payload).not.toHaveProperty('txn');
  });

  it('means one app in one session where a token was reused', async () => {
    const { payload } = await tokenFor(
      eventOf({ type: 'family_reuse', detail: { sessionId: 's1', clientId: 'demo', familyId: 'f1' } }),
    );
    expect(payload.sub_id).toEqual({
      format: 'complex',
      user,
      session: { format: 'opaque', id: 's1' },
      application: { format: 'opaque', id: 'demo' },
    });
    expect(payload.events).toHaveProperty([`${CAEP}/session-revoked`, 'reason_admin'], { en: 'reuse' });
  });

  it('tells of another password as a change of a credential', async () => {
    const { payload } = await tokenFor(eventOf({ type: 'password_changed', detail: { reset: true } }));
    expect(payload.sub_id).toEqual(user);
    expect(payload.events).toEqual({
      [`${CAEP}/credential-change`]: {
        event_timestamp: Date.UTC(2026, 10, 14, 9, 5, 1) / 1000,
        initiating_entity: 'user',
        credential_type: 'password',
        change_type: 'update',
        reason_admin: { en: 'password_changed' },
      },
    });
  });

  it('does not end the session that a change of the password kept', async () => {
    const sent = standIn(() => new Response(null, { status: 202 }));
    const kept = eventOf({
      type: 'everything_ended',
      detail: { cause: 'password_change', keptSessionId: 's1' },
    });
    expect(await deliver(kept)).toEqual({ kind: 'taken' });
    expect(sent).toEqual([]);
  });

  it('has the same jti with each attempt', async () => {
    const sent = standIn(() => new Response(null, { status: 503 }));
    await deliver(eventOf());
    await deliver(eventOf());
    vi.unstubAllGlobals();
    const ids = await Promise.all(sent.map(async ({ body }) => (await verified(body)).payload.jti));
    expect(ids).toEqual(['dXNlci1vZi1hLXRlc3Q_ZXZlbnQtb25l', 'dXNlci1vZi1hLXRlc3Q_ZXZlbnQtb25l']);
  });

  it('is pushed as RFC 8935 has it, with a bearer token where one is asked for', async () => {
    const sent = standIn(() => new Response(null, { status: 202 }));
    await deliver(eventOf());
    await deliver(eventOf(), {}, 'a-token-of-ours');
    const [first, second] = sent.map(({ request }) => request);
    expect(first?.method).toBe('POST');
    expect(first?.url).toBe(receiver.url);
    expect(first?.headers.get('Content-Type')).toBe('application/secevent+jwt');
    expect(first?.headers.get('Accept')).toBe('application/json');
    expect(first?.headers.get('Authorization')).toBeNull();
    expect(second?.headers.get('Authorization')).toBe('Bearer a-token-of-ours');
    expect(sent[0]?.redirect).toBe('manual');
  });

  it('is for whoever wants events of its kind', async () => {
    const parts = { config: configOf(env), keys: await keysOf(env) };
    const all = securityEventReceiver(receiver, parts, undefined);
    expect([all.wants('session_ended'), all.wants('totp_removed'), all.wants('session_opened')]).toEqual([
      true,
      true,
      false,
    ]);
    const some = securityEventReceiver({ ...receiver, events: ['credential-change'] }, parts, undefined);
    expect([some.wants('session_ended'), some.wants('totp_removed')]).toEqual([false, true]);
  });
});

const refusal = (err: unknown) => JSON.stringify({ err, description: 'A secret of the receiver' });

describe('the answer of a receiver', () => {
  it.each<[number, string, object]>([
    [202, '', { kind: 'taken' }],
    [200, '<h1>Welcome</h1>', { kind: 'later', reason: 'status 200' }],
    [302, '', { kind: 'later', reason: 'status 302' }],
    [400, refusal('invalid_request'), { kind: 'never', reason: 'invalid_request' }],
    [400, refusal('invalid_issuer'), { kind: 'never', reason: 'invalid_issuer' }],
    [400, refusal('invalid_audience'), { kind: 'never', reason: 'invalid_audience' }],
    [400, refusal('invalid_key'), { kind: 'later', reason: 'invalid_key' }],
    [400, refusal('authentication_failed'), { kind: 'later', reason: 'authentication_failed' }],
    [400, refusal('access_denied'), { kind: 'later', reason: 'access_denied' }],
    [400, refusal('constructor'), { kind: 'later', reason: 'status 400' }],
    [400, refusal(['invalid_request']), { kind: 'later', reason: 'status 400' }],
    [400, '{"err": ', { kind: 'later', reason: 'status 400' }],
    [
      400,
      `{"err":"invalid_request","description":"${'x'.repeat(5000)}"}`,
      { kind: 'later', reason: 'TooLong' },
    ],
    [401, refusal('invalid_request'), { kind: 'later', reason: 'status 401' }],
    [403, '', { kind: 'later', reason: 'status 403' }],
    [429, '', { kind: 'later', reason: 'status 429' }],
    [500, '', { kind: 'later', reason: 'status 500' }],
  ])('%i %s', async (status, text, answer) => {
    standIn(() => new Response(text, { status, headers: { Location: 'https://elsewhere.example/' } }));
    expect(await deliver(eventOf())).toEqual(answer);
  });

  it('is sent nothing while our own keys cannot be had', async () => {
    const sent = standIn(() => new Response(null, { status: 202 }));
    const keys = { sign: () => Promise.reject(new Error('no ring')) };
    const without = securityEventReceiver(receiver, { config: configOf(env), keys }, undefined);
    await expect(without.deliver([eventOf()], profile)).rejects.toThrow('no ring');
    expect(sent).toEqual([]);
  });
});
