import { toldAnswers } from '../core/risk/policy.ts';
import { isSignal, type Signal } from '../core/risk/signal.ts';
import type { UserRecord } from './record.ts';
import type { AccountEvent } from './types.ts';

/** The events that a person is told of, each in words of its own (`texts.activity.events`). */
export const securityEventTypes = [
  'user_created',
  'session_opened',
  'session_renewed',
  'password_changed',
  'email_verified',
  'email_changed',
  'email_change_undone',
  'factors_dropped',
  'passkey_added',
  'passkey_removed',
  'passkey_counter_went_back',
  'identity_connected',
  'identity_disconnected',
  'totp_enrolled',
  'totp_removed',
  'recovery_codes_replaced',
  'recovery_code_used',
  'second_factor_locked',
  'device_trusted',
  'device_distrusted',
  'profile_changed',
  'consent_given',
  'consent_revoked',
  'family_reuse',
  'family_token_mismatch',
  'code_reuse',
  'account_disabled',
  'account_enabled',
  'data_exported',
  'risk_signals',
  'alert_answered',
] as const;

export type SecurityEventType = (typeof securityEventTypes)[number];

/**
 * Every event there is. Those that are no security events are for the audit trail alone: they follow from one, or are told as
 * the end of a session, or nobody is left to be told.
 */
export type EventType =
  | SecurityEventType
  | 'account_deleted'
  | 'delivery_given_up'
  | 'everything_ended'
  | 'family_absolute_expiry'
  | 'family_idle_expiry'
  | 'family_revoked'
  | 'gate_signed_out'
  | 'logout_undelivered'
  | 'mail_undelivered'
  | 'session_ended'
  | 'token_revoked';

/** Events are kept for 30 days; more than these nobody reads. */
const SHOWN = 30;

const text = (value: unknown): string => (typeof value === 'string' ? value : '');

/** What was unusual, and what was done about it. */
export const noticedIn = ({
  signals,
  answer,
}: Record<string, unknown>): NonNullable<AccountEvent['noticed']> => ({
  signals: Array.isArray(signals) ? signals.filter((one): one is Signal => isSignal(text(one))) : [],
  answer: toldAnswers.find((one) => one === answer) ?? 'notify',
});

/** What happened to the account, the newest first. */
export const securityEventsOf = (user: UserRecord): AccountEvent[] =>
  user.events.latest(securityEventTypes, SHOWN).map(({ type, at, detail }) => ({
    type: type as SecurityEventType,
    at,
    userAgent: text(detail.userAgent),
    place: text(detail.place),
    isNewDevice: detail.isNewDevice === true,
    ...(type === 'risk_signals' && { noticed: noticedIn(detail) }),
    ...(typeof detail.clientId === 'string' && { clientId: detail.clientId }),
    ...(typeof detail.provider === 'string' && { provider: detail.provider }),
  }));
