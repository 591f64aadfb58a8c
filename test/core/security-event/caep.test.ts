import { describe, expect, it } from 'vitest';
import { caepEventOf, caepNameOf, eventTypes } from '../../../src/core/security-event/caep.ts';
import { securityEventTypes } from '../../../src/user/security-events.ts';

describe('events in the words of CAEP', () => {
  it('have a place for every event that people are told of', () => {
    expect(eventTypes).toEqual(expect.arrayContaining([...securityEventTypes]));
  });

  it('are the end of a session, of an app’s access, or another credential, and nothing else', () => {
    const named = Object.fromEntries(eventTypes.flatMap((type) => [[type, caepNameOf(type)]]));
    expect(Object.entries(named).filter(([, name]) => name !== undefined)).toEqual([
      ['session_ended', 'session-revoked'],
      ['everything_ended', 'session-revoked'],
      ['family_reuse', 'session-revoked'],
      ['family_token_mismatch', 'session-revoked'],
      ['code_reuse', 'session-revoked'],
      ['consent_revoked', 'session-revoked'],
      ['risk_signals', 'session-revoked'],
      ['password_changed', 'credential-change'],
      ['totp_enrolled', 'credential-change'],
      ['totp_removed', 'credential-change'],
      ['passkey_added', 'credential-change'],
      ['passkey_removed', 'credential-change'],
    ]);
  });

  it('are what a signal of theft ended, and not what it was only noted for', () => {
    const detail = { sessionId: 's', familyId: 'f', clientId: 'spa' };
    expect(caepEventOf('risk_signals', { ...detail, answer: 'end_family' })).toEqual({
      name: 'session-revoked',
      initiatingEntity: 'system',
      cause: 'suspicious',
      sessionId: 's',
      clientId: 'spa',
    });
    for (const less of [{ answer: 'step_up' }, { answer: 'note' }, { answer: 'end_family', dryRun: true }])
      expect(caepEventOf('risk_signals', { ...detail, ...less })).toBeUndefined();
  });

  it.each([
    ['sign_out', 'user'],
    ['reported_by_person', 'user'],
    ['administrator', 'admin'],
    ['idle_expiry', 'policy'],
    ['reuse', 'system'],
    ['a cause of another release', 'system'],
  ])('say of the cause %s that it was brought about by %s', (cause, initiatingEntity) => {
    expect(caepEventOf('session_ended', { sessionId: 's', cause })).toEqual({
      name: 'session-revoked',
      initiatingEntity,
      cause,
      sessionId: 's',
    });
  });

  it.each([
    ['password_changed', {}, 'password', 'update', 'user'],
    ['password_changed', { first: true }, 'password', 'create', 'user'],
    ['totp_enrolled', { replaced: false }, 'app', 'create', 'user'],
    ['totp_enrolled', { replaced: true }, 'app', 'update', 'user'],
    ['totp_removed', {}, 'app', 'delete', 'user'],
    ['totp_removed', { by: 'administrator' }, 'app', 'delete', 'admin'],
    ['passkey_added', { platform: true }, 'fido2-platform', 'create', 'user'],
    ['passkey_added', { platform: false }, 'fido2-roaming', 'create', 'user'],
    ['passkey_removed', { platform: true }, 'fido2-platform', 'delete', 'user'],
  ] as const)('tell of %s %o', (type, detail, credentialType, changeType, initiatingEntity) => {
    expect(caepEventOf(type, detail)).toEqual({
      name: 'credential-change',
      initiatingEntity,
      credentialType,
      changeType,
    });
  });

  it('name nothing that other systems have no part in', () => {
    expect(caepEventOf('session_opened', { sessionId: 's' })).toBeUndefined();
  });
});
