// What the events of a user are called in the OpenID Continuous Access Evaluation Profile 1.0 (CAEP), where it has a name
// for them.

/** §2: who brought it about. */
export type InitiatingEntity = 'admin' | 'user' | 'policy' | 'system';

export type ChangeType = 'create' | 'revoke' | 'update' | 'delete';

/** Of those in §3.3.1 the ones that there are here. */
export type CredentialType = 'password' | 'app' | 'fido2-platform' | 'fido2-roaming';

export const caepEventNames = ['session-revoked', 'credential-change'] as const;
export type CaepEventName = (typeof caepEventNames)[number];

/** The URI of an event type (§3), which is its name in a Security Event Token. */
export const caepEventUri = (name: CaepEventName): string =>
  `https://schemas.openid.net/secevent/caep/event-type/${name}`;

/**
 * §3.1: every session of the user, or, with a session and an application, what belongs to all that is named: "the
 * revocation event applies to any session derived from matching those combined claims".
 */
export interface SessionRevoked {
  name: 'session-revoked';
  initiatingEntity: InitiatingEntity;
  /** Why it ended, as the user's object calls it. */
  cause: string;
  sessionId?: string;
  clientId?: string;
}

/** §3.3 */
export interface CredentialChange {
  name: 'credential-change';
  initiatingEntity: InitiatingEntity;
  credentialType: CredentialType;
  changeType: ChangeType;
}

export type CaepEvent = SessionRevoked | CredentialChange;

/** What is written down of an event beside its type. */
type Detail = Readonly<Record<string, unknown>>;

interface Mapping {
  name: CaepEventName;
  /** Undefined for one of its kind that other systems need not, or must not, act on. */
  event(detail: Detail): CaepEvent | undefined;
}

/** Who brings about an end of this cause. A caller checks by type that none is left out. */
export const initiatingEntities = {
  sign_out: 'user',
  sign_out_everywhere: 'user',
  password_change: 'user',
  address_proved: 'user',
  replaced: 'user',
  consent_revoked: 'user',
  reported_by_person: 'user',
  account_disabled: 'admin',
  administrator: 'admin',
  idle_expiry: 'policy',
  absolute_expiry: 'policy',
  reuse: 'system',
  code_reuse: 'system',
  token_mismatch: 'system',
  suspicious: 'system',
  revoked_by_client: 'system',
  superseded: 'system',
  session_ended: 'system',
} as const satisfies Record<string, InitiatingEntity>;

const entityOf = (cause: string): InitiatingEntity =>
  Object.hasOwn(initiatingEntities, cause)
    ? initiatingEntities[cause as keyof typeof initiatingEntities]
    : 'system';

const text = (value: unknown): string | undefined => (typeof value === 'string' ? value : undefined);

function revoked(detail: Detail, cause = text(detail.cause) ?? 'session_ended'): SessionRevoked {
  const [sessionId, clientId] = [text(detail.sessionId), text(detail.clientId)];
  return {
    name: 'session-revoked',
    initiatingEntity: entityOf(cause),
    cause,
    ...(sessionId !== undefined && { sessionId }),
    ...(clientId !== undefined && { clientId }),
  };
}

/** What one app had in a session, or from the person, is over; what others have goes on. */
const revokedForApp = (cause: keyof typeof initiatingEntities): Mapping => ({
  name: 'session-revoked',
  event: (detail) => revoked(detail, cause),
});

const changed = (
  typeOf: (detail: Detail) => CredentialType,
  changeOf: (detail: Detail) => ChangeType,
): Mapping => ({
  name: 'credential-change',
  event: (detail) => ({
    name: 'credential-change',
    initiatingEntity: detail.by === 'administrator' ? 'admin' : 'user',
    credentialType: typeOf(detail),
    changeType: changeOf(detail),
  }),
});

const passkey = ({ platform }: Detail): CredentialType =>
  platform === true ? 'fido2-platform' : 'fido2-roaming';

/** No other system has to act on it, or another event that comes with it says what to do, or CAEP has no word for it. */
const unmapped = 'unmapped';

/** Every event there is. A caller checks by type that none is left out. */
export const caepMappings = {
  session_ended: { name: 'session-revoked', event: (detail) => revoked(detail) },
  // Where one session was kept, each of the others has an event of its own; this one would end the kept one as well.
  everything_ended: {
    name: 'session-revoked',
    event: (detail) => (detail.keptSessionId === undefined ? revoked(detail) : undefined),
  },
  family_reuse: revokedForApp('reuse'),
  family_token_mismatch: revokedForApp('token_mismatch'),
  code_reuse: revokedForApp('code_reuse'),
  consent_revoked: revokedForApp('consent_revoked'),
  // `everything_ended` comes with the stronger answer; the weaker ones end nothing.
  risk_signals: {
    name: 'session-revoked',
    event: (detail) =>
      detail.answer === 'end_family' && detail.dryRun !== true ? revoked(detail, 'suspicious') : undefined,
  },

  password_changed: changed(
    () => 'password',
    ({ first }) => (first === true ? 'create' : 'update'),
  ),
  totp_enrolled: changed(
    () => 'app',
    ({ replaced }) => (replaced === true ? 'update' : 'create'),
  ),
  totp_removed: changed(
    () => 'app',
    () => 'delete',
  ),
  passkey_added: changed(passkey, () => 'create'),
  passkey_removed: changed(passkey, () => 'delete'),

  // `everything_ended` comes with these.
  account_deleted: unmapped,
  account_disabled: unmapped,
  factors_dropped: unmapped,
  alert_answered: unmapped,
  // The app has let go of it by itself, or goes on in the same session with another.
  family_revoked: unmapped,
  token_revoked: unmapped,
  gate_signed_out: unmapped,
  // What ran out was revoked by nobody.
  family_idle_expiry: unmapped,
  family_absolute_expiry: unmapped,
  // No credential type of CAEP's.
  recovery_codes_replaced: unmapped,
  recovery_code_used: unmapped,
  identity_connected: unmapped,
  identity_disconnected: unmapped,
  device_trusted: unmapped,
  device_distrusted: unmapped,
  // Nothing ended, and no credential is another.
  user_created: unmapped,
  session_opened: unmapped,
  session_renewed: unmapped,
  email_verified: unmapped,
  email_changed: unmapped,
  email_change_undone: unmapped,
  passkey_counter_went_back: unmapped,
  second_factor_locked: unmapped,
  profile_changed: unmapped,
  consent_given: unmapped,
  account_enabled: unmapped,
  data_exported: unmapped,
  delivery_given_up: unmapped,
  logout_undelivered: unmapped,
  mail_undelivered: unmapped,
} as const satisfies Record<string, Mapping | 'unmapped'>;

/** Every type of event by name: what a configuration may ask for. */
export const eventTypes = Object.keys(caepMappings) as (keyof typeof caepMappings)[];

/** What an event is called, whatever its details; undefined where CAEP has no name for it. */
export function caepNameOf(type: keyof typeof caepMappings): CaepEventName | undefined {
  const mapping: Mapping | 'unmapped' = caepMappings[type];
  return mapping === 'unmapped' ? undefined : mapping.name;
}

/** An event in CAEP's words, or undefined where other systems have nothing to do about it. */
export function caepEventOf(type: keyof typeof caepMappings, detail: Detail): CaepEvent | undefined {
  const mapping: Mapping | 'unmapped' = caepMappings[type];
  return mapping === 'unmapped' ? undefined : mapping.event(detail);
}
