import { nothingRemembered, type Remembered } from '../core/risk/memory.ts';
import type { UserRecord } from './record.ts';

/** Everything that is held about a person, as they download it: without a secret, a hash or a token. */
export type AccountExport = Record<string, unknown>;

const moment = (at: number | null | undefined): string | null =>
  at === null || at === undefined ? null : new Date(at).toISOString();

const lastSeen = (list: Remembered): AccountExport[] =>
  list.map(([what, at]) => ({ what, last_at: moment(at) }));

const totpOf = (user: UserRecord): AccountExport | null => {
  const totp = user.totp.get();
  return totp ? { set_up_at: moment(totp.createdAt) } : null;
};

/** What the download tells of each table that holds something about the person. */
const told: Record<string, (user: UserRecord) => AccountExport> = {
  profile: (user) => {
    const profile = user.profile.get();
    return {
      profile: profile && {
        user_id: profile.userId,
        name: profile.name,
        email: profile.email,
        email_verified: profile.emailVerified,
        ...profile.claims,
        groups: profile.groups ?? [],
        created_at: moment(user.profile.createdAt()),
        disabled_at: moment(user.profile.disabledAt()),
      },
    };
  },
  password: (user) => {
    const changedAt = user.profile.passwordChangedAt();
    return { password: changedAt === undefined ? null : { changed_at: moment(changedAt) } };
  },
  passkey: (user) => ({
    passkeys: user.passkeys.all().map((row) => ({
      name: row.name,
      credential_id: row.credentialId,
      synced: row.backedUp,
      aaguid: row.aaguid,
      transports: row.transports,
      added_at: moment(row.createdAt),
      last_used_at: moment(row.lastUsedAt),
    })),
  }),
  totp: (user) => ({ authenticator_app: totpOf(user) }),
  recovery_code: (user) => ({ recovery_codes_left: user.recoveryCodes.left() }),
  trusted_device: (user) => ({
    trusted_devices: user.trustedDevices.since(0).map((row) => ({
      user_agent: row.userAgent,
      place: row.place,
      trusted_at: moment(row.trustedAt),
    })),
  }),
  session: (user) => ({
    sessions: user.sessions.all().map((row) => ({
      session_id: row.sessionId,
      signed_in_at: moment(row.createdAt),
      authenticated_at: moment(row.authTime * 1000),
      amr: row.amr,
      user_agent: row.userAgent,
      place: row.place,
      last_seen_with: row.seen?.sighting ?? null,
      last_used_at: moment(row.lastUsedAt),
      expires_at: moment(row.absoluteExpiresAt),
      ended_at: moment(row.endedAt),
      end_cause: row.endCause,
    })),
  }),
  risk_memory: (user) => {
    const { countries, networks, devices, hours, last } = user.riskMemory.get()?.memory ?? nothingRemembered;
    return {
      seen_at_sign_in: {
        countries: lastSeen(countries),
        networks: lastSeen(networks),
        browsers: lastSeen(devices),
        hours_utc: hours,
        last_place: last && { latitude: last.latitude, longitude: last.longitude, at: moment(last.at) },
      },
    };
  },
  identity: (user) => ({
    providers: user.identities.all().map(({ tokens, ...row }) => ({
      provider: row.provider,
      issuer: row.issuer,
      subject: row.subject,
      email: row.email,
      connected_at: moment(row.linkedAt),
      last_used_at: moment(row.lastUsedAt),
      tokens_kept: tokens !== null,
    })),
  }),
  consent: (user) => ({
    consents: user.consents.all().map(({ clientId, agreement, grantedAt }) => ({
      client_id: clientId,
      scopes: agreement.scopes,
      claims: agreement.claims,
      granted_at: moment(grantedAt),
    })),
  }),
  family: (user) => ({
    app_accesses: user.families.all().map((family) => ({
      client_id: family.clientId,
      session_id: family.sessionId,
      scope: family.scope,
      resource: family.resource,
      offline_access: family.offline,
      granted_at: moment(family.createdAt),
      last_used_at: moment(family.rotatedAt),
      last_seen_with: family.seen?.sighting ?? null,
      expires_at: moment(family.absoluteExpiresAt),
      ended_at: moment(family.endedAt),
      end_cause: family.endCause,
    })),
  }),
  event: (user) => ({
    events: user.events.all().map(({ type, at, detail }) => ({ at: moment(at), type, ...detail })),
  }),
};

/** The tables that hold nothing that the person could want to know, and why. */
export const untold: Readonly<Record<string, string>> = {
  schema_version: 'nothing of the person',
  removal: 'there is no more account then',
  event_receiver: 'how many of the events were delivered',
  dead_letter: 'events once more, that somebody did not take',
  logout_notice: 'the apps that are to be told of the end of a session, for hours',
  address_change: 'the address before, for as long as it takes to free it; the event of the change names it',
  second_factor_door: 'numbers of attempts',
  passkey_challenge: 'ids, for minutes',
  password_attempt: 'numbers of attempts, for a day at most',
  code: 'what it stands for is among the accesses of apps once it is redeemed; gone within the hour',
  session_client: 'the apps of a session, which are among the accesses of apps',
  revoked_token: 'ids of access tokens, until they would have expired',
  outgoing_mail: 'sealed, until it is sent',
  email_code: 'for minutes: a hash, and the address that the code was mailed to',
};

export const toldTables: readonly string[] = Object.keys(told);

export const exportOf = (user: UserRecord): AccountExport =>
  Object.assign({}, ...Object.values(told).map((tell) => tell(user)));
