// Everything that is counted: its name, what it says, the values that its labels may have, and its place in a data point
// of Workers Analytics Engine. docs/operations.md shows the same to operators.
//
// Labels are closed sets. Nothing that a stranger chooses, and nobody's id, becomes one: each value is a series that is
// kept. A route is one of src/routes.ts or of the configuration, by its pattern.

/** Every class of object that is called, by its name in wrangler.jsonc. */
export const objectClasses = [
  'UserObject',
  'IdentifierObject',
  'AddressObject',
  'KeyRingObject',
  'MailboxObject',
  'TransactionObject',
  'DeviceAuthorizationObject',
  'ReplayObject',
  'ClientObject',
  'GateSessionObject',
  'GateSessionIndexObject',
] as const;
export type ObjectClass = (typeof objectClasses)[number];

export const parts = ['issuer', 'gate', 'none'] as const;
/** Which part of the Worker answered; `none` for what neither was asked for, such as a redirect to https. */
export type Part = (typeof parts)[number];

export const methods = ['GET', 'HEAD', 'POST', 'PUT', 'PATCH', 'DELETE', 'OPTIONS', 'other'] as const;
export type Method = (typeof methods)[number];

const statusClasses = ['1xx', '2xx', '3xx', '4xx', '5xx'] as const;
export type StatusClass = (typeof statusClasses)[number];

/** Why a refresh was refused, or what ended its family: src/user/types/grant.ts, src/user/end-cause.ts. */
export const refreshReasons = [
  '',
  // The request's own faults.
  'missing_token',
  'invalid_token',
  'secret_replaced',
  // The object's refusals.
  'already_ended',
  'unknown',
  'wrong_client',
  'wrong_key',
  'scope_exceeded',
  'resource_exceeded',
  'step_up_required',
  // What this very refresh ended its family by.
  'reuse',
  'token_mismatch',
  'idle_expiry',
  'absolute_expiry',
  'suspicious',
  'other',
] as const;
export type RefreshReason = (typeof refreshReasons)[number];

const signInMethods = [
  'password',
  'passkey',
  'email_code',
  'provider',
  'totp',
  'recovery_code',
  'other',
] as const;
export type SignInMethod = (typeof signInMethods)[number];

/** What the name of a receiver begins with: src/outbox/receivers.ts. */
export const receiverKinds = ['audit', 'mail', 'webhook', 'security-events', 'other'] as const;

/** The codes of src/gate/refusal.tsx; those of an origin that gave no answer are no decision of the gate's. */
const gateReasons = [
  '',
  'invalid_request',
  'sign_in_failed',
  'login_required',
  'invalid_token',
  'invalid_dpop_proof',
  'use_dpop_nonce',
  'insufficient_user_authentication',
  'step_up_failed',
  'forbidden',
  'access_denied',
  'insufficient_scope',
  'cross_site_request',
  'no_route',
  'method_not_allowed',
  'temporarily_unavailable',
] as const;

/**
 * One of the 20 blobs or doubles of a data point. A double adds up; a blob is the last outcome that the request had, its
 * labels with a colon between them.
 */
type Column = `${'blob' | 'double'}${number}`;

interface Metric {
  kind: 'counter' | 'histogram';
  help: string;
  /** The values of each label; `configured` where the routes are what there is. */
  labels: Record<string, readonly string[] | 'configured'>;
  /** Its column, or one for each value of the label `outcome`. Requests have columns of their own. */
  column?: Column | Record<string, Column>;
}

export const catalogue = {
  portcullis_http_requests_total: {
    kind: 'counter',
    help: 'Requests, by the part that answered, the pattern of the route, method and status.',
    labels: { part: parts, route: 'configured', method: methods, status: 'configured' },
  },
  portcullis_http_request_duration_seconds: {
    kind: 'histogram',
    help: 'Time until the head of the answer. The clock stands still while the Worker computes: it is the time of what it waited for.',
    labels: { part: parts, route: 'configured', status: statusClasses },
  },
  portcullis_refreshes_total: {
    kind: 'counter',
    help: 'Refresh tokens presented, by what became of them.',
    labels: {
      outcome: ['rotated', 'kept', 'replayed', 'refused', 'ended'],
      reason: refreshReasons,
    },
    column: 'blob9',
  },
  portcullis_factors_total: {
    kind: 'counter',
    help: 'Factors that somebody tried to prove, by method.',
    labels: {
      method: signInMethods,
      outcome: ['proved', 'wrong', 'used', 'over', 'locked', 'denied', 'failed'],
    },
    column: 'blob10',
  },
  portcullis_sign_ins_total: {
    kind: 'counter',
    help: 'Sign-ins that came as far as opening a session, by the method that was proved last.',
    labels: {
      method: signInMethods,
      outcome: ['opened', 'second_factor_due', 'waits', 'proof_over', 'disabled', 'unknown'],
    },
    column: 'blob11',
  },
  portcullis_gate_decisions_total: {
    kind: 'counter',
    help: 'Decisions of the gate. A refusal has its code as the reason.',
    labels: {
      decision: ['admitted', 'public', 'sign_in', 'own_path', 'refused'],
      reason: gateReasons,
    },
    column: 'blob12',
  },
  portcullis_object_calls_total: {
    kind: 'counter',
    help: 'Calls to Durable Objects, each once however often it was tried.',
    labels: { object: objectClasses, outcome: ['answered', 'overloaded', 'unavailable'] },
    column: { answered: 'double2', overloaded: 'double5', unavailable: 'double5' },
  },
  portcullis_object_call_duration_seconds: {
    kind: 'histogram',
    help: 'Time until a Durable Object answered or was given up, the tries before included.',
    labels: { object: objectClasses },
    column: 'double3',
  },
  portcullis_object_retries_total: {
    kind: 'counter',
    help: 'Further tries of calls to Durable Objects.',
    labels: { object: objectClasses },
    column: 'double4',
  },
  portcullis_signatures_total: {
    kind: 'counter',
    help: 'Signatures made, by algorithm.',
    labels: { alg: ['ES256', 'RS256', 'EdDSA'] },
    column: 'double6',
  },
  portcullis_jwks_lookups_total: {
    kind: 'counter',
    help: 'How often a set of keys was needed: our own ring, or the keys of others. What is not among the fetches came from memory.',
    labels: { keys: ['own', 'others'] },
    column: 'double7',
  },
  portcullis_jwks_fetches_total: {
    kind: 'counter',
    help: 'How often a set of keys was looked for outside the isolate.',
    labels: { keys: ['own', 'others'], from: ['kv', 'object', 'issuer'] },
    column: 'double8',
  },
  portcullis_outbox_events_total: {
    kind: 'counter',
    help: 'Events handed to receivers, by the kind of receiver; later: they are tried again; never: they were given up.',
    labels: { receiver: receiverKinds, outcome: ['taken', 'later', 'never'] },
    column: { taken: 'double9', later: 'double10', never: 'double10' },
  },
  portcullis_mails_total: {
    kind: 'counter',
    help: 'Attempts to send a mail; later: it is tried again.',
    labels: { outcome: ['sent', 'later', 'never'] },
    column: { sent: 'double11', later: 'double12', never: 'double12' },
  },
  portcullis_logout_tokens_total: {
    kind: 'counter',
    help: 'Attempts to tell a client of the end of a session.',
    labels: { outcome: ['told', 'failed'] },
    column: { told: 'double13', failed: 'double14' },
  },
  portcullis_telemetry_dropped_total: {
    kind: 'counter',
    help: 'What telemetry itself let go: spans over the bound of a request, exports that failed or were too many, series over the bound.',
    labels: { what: ['spans', 'export', 'series'] },
    column: 'double15',
  },
} as const satisfies Record<string, Metric>;

type Catalogue = typeof catalogue;
type Named<Kind extends Metric['kind']> = {
  [Name in keyof Catalogue]: Catalogue[Name]['kind'] extends Kind ? Name : never;
}[keyof Catalogue];

export type MetricName = keyof Catalogue;
export type CounterName = Named<'counter'>;
export type HistogramName = Named<'histogram'>;

/** The labels of a metric, with the values that they may have. */
export type LabelsOf<Name extends MetricName> = {
  [Label in keyof Catalogue[Name]['labels']]: Catalogue[Name]['labels'][Label] extends readonly (infer Value extends
    string)[]
    ? Value
    : string;
};

/** Labels, for those who treat all metrics alike. */
export type Labels = Readonly<Record<string, string>>;

/** A metric, for the same. */
export const metricOf = (name: MetricName): Metric => catalogue[name];
