import { DurableObject } from 'cloudflare:workers';
import { configOf } from '../config/configured.ts';
import { rpIdOf } from '../config/passkeys.ts';
import { riskPolicyOf } from '../config/risk.ts';
import { ATTEMPTS_REMEMBERED_FOR } from '../core/account/door.ts';
import type { Identity } from '../core/federation/id-token.ts';
import { emailIdentifierName, identityName } from '../crypto/identifier-name.ts';
import { migrate } from '../durable/migrate.ts';
import type { Environment } from '../environment.ts';
import type { PublicKey } from '../passkeys/public-key.ts';
import { type CallContext, withContext } from '../request/context.ts';
import { countedAlarm } from '../telemetry/telemetry.ts';
import { accountOf } from './account.ts';
import { proveAddress } from './address.ts';
import { changeAddress, holdsAddress } from './address-change.ts';
import { Alarm } from './alarm.ts';
import { alertState, answerAlert } from './alerts.ts';
import { type AuditHead, auditHeadOf } from './audit-head.ts';
import { CLAIM_AFTER } from './claim.ts';
import { issueCode, redeemCode } from './codes.ts';
import { agreementOf, revokeConsent } from './consents.ts';
import { replayDeliveries } from './deliveries.ts';
import { beginEmailCode, tryEmailCode } from './email-codes.ts';
import { type AccountExport, exportOf } from './export.ts';
import { familyStatus, foundFamily, refresh, refreshTokenState, revokeFamily } from './families.ts';
import { readFreshSession } from './fresh-session.ts';
import { identitiesOf, linkIdentity, unlinkIdentity, useIdentity } from './identities.ts';
import { addPasskey, passkeysOf, removePasskey, renamePasskey, usePasskey, wasAdded } from './passkeys.ts';
import { beginAttempt, changePassword, EVERYBODYS_DOOR, failuresAt, passwordState } from './password.ts';
import { changeProfile, type ProfileChange } from './profile-change.ts';
import { UserRecord } from './record.ts';
import { replaceRecoveryCodes, spendRecoveryCode } from './recovery-codes.ts';
import { beginRemoval } from './removal.ts';
import { resetPassword, resetStep } from './reset.ts';
import { endHandle, handleHasEnded, revokedOfHandle, revokeToken } from './revoked-tokens.ts';
import { migrations } from './schema.ts';
import { secondFactorsOf } from './second-factor.ts';
import {
  answerFor,
  endEverythingBut,
  endOtherSessions,
  endSession,
  openSession,
  readSession,
  readSessionToEnd,
  usedSession,
} from './sessions.ts';
import type { DeadLetter } from './tables/dead-letter.ts';
import {
  beginTotpAttempt,
  enrolTotp,
  removeSecondFactors,
  removeTotp,
  type SpendTotp,
  setTotp,
  spendTotp,
} from './totp.ts';
import { distrustDevice, trustedDevices } from './trusted-devices.ts';
import type * as Types from './types.ts';

const provesAddress = (purpose: Types.EmailCodeTry['purpose']): boolean =>
  purpose !== 'reset' && purpose !== 'change-from' && purpose !== 'change-to';

/**
 * One person: profile, password, sessions, codes, families, events. One thread and one transaction per request, so
 * whatever it answers is true everywhere at once. Every method is idempotent under a retry with the same arguments.
 */
export class UserObject extends DurableObject<Environment> {
  #record: UserRecord | undefined;
  #alarmAt = Number.POSITIVE_INFINITY;
  readonly #alarm = new Alarm({
    environment: () => this.env,
    objectId: this.ctx.id.toString(),
    transaction: (use) => this.#transaction(use),
    remove: () => this.remove(),
  });

  constructor(state: DurableObjectState, environment: Environment) {
    super(state, environment);
    state.blockConcurrencyWhile(async () => {
      this.#alarmAt = (await state.storage.getAlarm()) ?? Number.POSITIVE_INFINITY;
    });
  }

  /** Calls a method for a request, or for an administrator: what it writes down says which, and from where. */
  perform(context: CallContext, method: keyof UserObject, parameters: unknown[]): unknown {
    const call = this[method] as (...parameters: unknown[]) => unknown;
    return withContext(context, () => call.apply(this, parameters));
  }

  /** Runs one synchronous transaction. Nothing else happens in this object meanwhile, and all of it lands or none. */
  #transaction<T>(use: (user: UserRecord, now: number) => T): T {
    // The tables are made on first use, so that an emptied object stays empty until it is needed again.
    if (!this.#record) {
      const isNew = migrate(this.ctx.storage, migrations);
      const config = configOf(this.env);
      const offersPasskeys = rpIdOf(config) !== undefined;
      const { sql } = this.ctx.storage;
      this.#record = new UserRecord(sql, (at) => this.#wakeBy(at), offersPasskeys, riskPolicyOf(config));
      // Asked by a token of somebody who is gone: the tables go again, once nothing can be counted in them any more.
      if (isNew) this.#wakeBy(Date.now() + ATTEMPTS_REMEMBERED_FOR);
    }
    const record = this.#record;
    try {
      return this.ctx.storage.transactionSync(() => use(record, Date.now()));
    } catch (error) {
      // What the record remembers may have been read in the transaction that has just been rolled back.
      this.#record = undefined;
      throw error;
    }
  }

  /**
   * Makes the account. A retry of the same sign-up is answered like the first; another person's id never exists.
   * @returns false when there is an account already that another sign-up made: this one makes and changes nothing.
   */
  create(profile: Types.Profile, { passwordHash, passkey, identity }: Types.Credentials): boolean {
    return this.#transaction((user, now) => {
      if (user.removal.get()) return false;
      const before = user.profile.get();
      // A form that makes an account is no way to put anything into one that is there: its owner may be somebody else by now.
      if (before) return before.email === profile.email && (!passkey || wasAdded(user, passkey));
      user.profile.insert(profile, now);
      if (passwordHash !== undefined) user.profile.setPasswordHash(passwordHash, now);
      user.note('user_created', now, {});
      user.wakeBy(now + CLAIM_AFTER);
      if (identity) linkIdentity(user, identity, now, true);
      return passkey === undefined || addPasskey(user, passkey, now, true) === 'added';
    });
  }

  /** Whether anything was ever stored here: anybody may ask for a passkey of an id that they made up. */
  #isMade(): boolean {
    const { sql } = this.ctx.storage;
    return sql.exec("SELECT 1 FROM sqlite_master WHERE name = 'profile'").toArray().length > 0;
  }

  exists(): boolean {
    return this.#transaction((user) => user.profile.get() !== undefined);
  }

  /** Whether this account has the address, or had it and has yet to give it up. */
  holdsAddress(address: string): boolean {
    return this.#isMade() && this.#transaction((user) => holdsAddress(user, address));
  }

  /**
   * The same, of any identifier, asked by its own object, which knows nothing of itself but its id. An account may exist
   * and have nothing to do with what was reserved for it: a change that stopped before it was made.
   */
  async holdsIdentifier(objectId: string): Promise<boolean> {
    if (!this.#isMade()) return false;
    const held = this.#transaction((user) => {
      const email = user.profile.get()?.email;
      if (email === undefined) return [];
      const former = user.addressChange.get()?.former;
      const emails = former === undefined ? [email] : [email, former];
      return [
        ...emails.map(emailIdentifierName),
        ...user.identities.all().map(({ issuer, subject }) => identityName({ issuer, subject })),
      ];
    });
    const names = await Promise.all(held);
    return names.some((name) => this.env.IDENTIFIER.idFromName(name).toString() === objectId);
  }

  /** Undoes a sign-up whose identifier went to somebody else in the meantime. */
  async remove(): Promise<void> {
    this.#record = undefined;
    this.#alarmAt = Number.POSITIVE_INFINITY;
    // With the alarm: what is left without one after a crash would stay for good.
    await this.ctx.storage.deleteAll();
  }

  /**
   * The person of a session deletes their account: nothing of it is accepted any more when this answers, and the alarm
   * does the rest. Answers with the clients that are told of the end of that session.
   */
  deleteAccount(presented: Types.PresentedSession, policy: Types.FreshPolicy): Types.DeletionAnswer {
    return this.#removing((user, now) => {
      if (user.removal.get()) return { kind: 'deleted', clientIds: [] };
      const session = readFreshSession(user, presented, policy, now);
      if (session.kind !== 'live') return { kind: 'stale' };
      const clientIds = user.sessionClients.of(session.sessionId);
      beginRemoval(user, 'person', now);
      return { kind: 'deleted', clientIds };
    });
  }

  /** An administrator deletes the account; false for an object that is no user. */
  deleteUser(): boolean {
    return this.#removing((user, now) => {
      beginRemoval(user, 'administrator', now);
      return user.removal.get() !== undefined;
    });
  }

  #removing<T>(use: (user: UserRecord, now: number) => T): T {
    const answer = this.#transaction(use);
    // It remembers a profile that is gone.
    this.#record = undefined;
    return answer;
  }

  beginPasswordAttempt(door: string, policy: Types.AttemptPolicy): Types.AttemptAnswer {
    return this.#transaction((user, now) => beginAttempt(user, door, policy, now));
  }

  /** Has a code mailed to this person, or to whoever has the address. Answers nothing that could tell who has an account. */
  beginEmailCode(request: Types.EmailCodeRequest): void {
    this.#transaction((user, now) => beginEmailCode(user, request, now));
  }

  /** Tries a code that was mailed. The right one also proves the account's address. */
  tryEmailCode(presented: Types.EmailCodeTry): Types.EmailCodeAnswer {
    return this.#transaction((user, now) => {
      const answer = tryEmailCode(user, presented, now);
      // A forgotten password stays until there is another one, with all that goes with it; an address until it is changed.
      if (answer.kind === 'proved' && provesAddress(presented.purpose))
        proveAddress(user, answer.address, presented.known, now);
      return answer;
    });
  }

  /** Gives the account another address, by codes that were mailed to both. `settleAddress` does the rest, or the alarm. */
  changeAddress(
    presented: Types.PresentedSession,
    policy: Types.FreshPolicy,
    change: Types.AddressChange,
  ): Types.AddressChangeAnswer {
    return this.#transaction((user, now) => changeAddress(user, presented, policy, change, now));
  }

  /** Finishes a change of address as far as that goes now. Answers with the address that the account has after it. */
  async settleAddress(): Promise<string | undefined> {
    if (!this.#isMade()) return undefined;
    await this.#alarm.settleAddress();
    return this.#transaction((user) => user.profile.get()?.email);
  }

  /** The same password, hashed as passwords are now. */
  rehashPassword(before: string, hash: string): void {
    this.#transaction((user) => {
      if (user.profile.passwordHash() === before) user.profile.replacePasswordHash(hash);
    });
  }

  passwordState(presented: Types.PresentedSession, policy: Types.SecondFactorPolicy): Types.PasswordState {
    return this.#transaction((user, now) => ({
      session: readSession(user, presented, now),
      ...passwordState(user, policy, now),
    }));
  }

  /** Gives somebody who has no password one. Whoever has one changes it. */
  setFirstPassword(
    presented: Types.PresentedSession,
    hash: string,
    policy: Types.FreshPolicy,
  ): Types.FreshAnswer {
    return this.#transaction((user, now) => {
      const session = readFreshSession(user, presented, policy, now);
      if (session.kind === 'live' && user.profile.passwordHash() === undefined)
        changePassword(user, hash, session.sessionId, now);
      return session;
    });
  }

  resetStep(question: Types.ResetQuestion): Types.ResetAnswer {
    return this.#transaction((user, now) => resetStep(user, question, now));
  }

  /** Sets a new password by a code that was mailed, and ends everything. */
  resetPassword(question: Types.ResetQuestion, hash: string): Types.ResetAnswer {
    return this.#transaction((user, now) => resetPassword(user, question, hash, now));
  }

  /** Stores a new password and ends everything but the session that changed it. */
  changePassword(hash: string, keepSessionId: string): void {
    this.#transaction((user, now) => changePassword(user, hash, keepSessionId, now));
  }

  openSession(
    session: Types.PresentedSession,
    renewed: Types.PresentedSession | undefined,
    door: string,
    amr: string[],
    device: Types.Device,
    policy: Types.SessionPolicy,
  ): Types.OpenAnswer {
    return this.#transaction((user, now) => {
      const way = {
        isNewDevice: door === EVERYBODYS_DOOR,
        failures: amr.includes('pwd') ? failuresAt(user, door, now) : 0,
        credentialStuffing: policy.credentialStuffing === true,
      };
      const answer = openSession(user, session, renewed, amr, device, policy, way, now);
      // A success forgives the attempts at the door that it came through, and at no other.
      if (answer.kind === 'live') user.passwordDoors.clear(door);
      return answer;
    });
  }

  /** Who holds this session token, if it may change a way of signing in. */
  readFreshSession(presented: Types.PresentedSession, policy: Types.FreshPolicy): Types.FreshAnswer {
    return this.#transaction((user, now) => readFreshSession(user, presented, policy, now));
  }

  /** What the person could prove a second time with who they are. */
  secondFactors(): Types.SecondFactors {
    return this.#transaction(secondFactorsOf);
  }

  beginTotpAttempt(door: string, device: Types.Device): Types.TotpAnswer {
    return this.#transaction((user, now) => beginTotpAttempt(user, door, device, now));
  }

  spendTotp(spending: SpendTotp): Types.SpendAnswer {
    return this.#transaction((user) => spendTotp(user, spending));
  }

  spendRecoveryCode(hash: Uint8Array, attemptId: string): Types.SpendAnswer {
    return this.#transaction((user, now) => spendRecoveryCode(user, hash, attemptId, now));
  }

  /** Sets up the first second factor of somebody who has none, in the middle of a sign-in. */
  enrolTotp(totp: Types.NewTotp, after: string | undefined): 'enrolled' | 'refused' {
    return this.#transaction((user, now) => enrolTotp(user, totp, after, now));
  }

  /** Sets an authenticator app up, or another one. `adopted`: the recovery codes that came along are the person's now. */
  setTotp(
    presented: Types.PresentedSession,
    policy: Types.FreshPolicy,
    totp: Types.NewTotp,
  ): { session: Types.FreshAnswer; adopted: boolean } {
    return this.#transaction((user, now) => {
      const session = readFreshSession(user, presented, policy, now);
      return { session, adopted: session.kind === 'live' && setTotp(user, totp, now) };
    });
  }

  removeTotp(
    presented: Types.PresentedSession,
    policy: Types.FreshPolicy,
    demand: Types.SecondFactorPolicy,
  ): Types.FreshAnswer | { kind: 'required' } {
    return this.#transaction((user, now) => {
      const session = readFreshSession(user, presented, policy, now);
      if (session.kind !== 'live') return session;
      return removeTotp(user, demand, now) === 'removed' ? session : { kind: 'required' };
    });
  }

  /** By an administrator, for somebody who lost them. */
  removeSecondFactors(): void {
    this.#transaction((user, now) => removeSecondFactors(user, now));
  }

  replaceRecoveryCodes(
    presented: Types.PresentedSession,
    policy: Types.FreshPolicy,
    codes: Types.NewRecoveryCodes,
  ): Types.FreshAnswer | { kind: 'refused' } {
    return this.#transaction((user, now) => {
      const session = readFreshSession(user, presented, policy, now);
      if (session.kind !== 'live') return session;
      return replaceRecoveryCodes(user, codes, now) === 'replaced' ? session : { kind: 'refused' };
    });
  }

  /** The browsers that the person trusts. @param trustSeconds how long that lasts. */
  trustedDevices(
    presented: Types.PresentedSession,
    trustSeconds: number,
  ): { session: Types.SessionAnswer; devices: Types.AccountTrustedDevice[] } {
    return this.#transaction((user, now) => {
      const session = readSession(user, presented, now);
      return { session, devices: session.kind === 'live' ? trustedDevices(user, trustSeconds, now) : [] };
    });
  }

  distrustDevice(presented: Types.PresentedSession, deviceId: string): Types.SessionAnswer {
    return this.#transaction((user, now) => {
      const session = readSession(user, presented, now);
      if (session.kind === 'live') distrustDevice(user, deviceId, now);
      return session;
    });
  }

  /** Who holds this session token. */
  readSession(presented: Types.PresentedSession): Types.SessionAnswer {
    return this.#transaction((user, now) => readSession(user, presented, now));
  }

  /** The same, of somebody who signs out, wherever that is. */
  readSessionToEnd(presented: Types.PresentedSession): Types.SessionAnswer {
    return this.#transaction((user, now) => readSessionToEnd(user, presented, now));
  }

  /** Whether a session, or a family, is alive: the question of the freshness dial. */
  status({ sessionId, familyId, handleId, isUse = false }: Types.StatusQuestion): Types.StatusAnswer {
    return this.#transaction((user, now) => {
      if (familyId !== undefined) return familyStatus(user, familyId, sessionId, isUse, now);
      if (handleId !== undefined && handleHasEnded(user, { sessionId, handleId }))
        return { kind: 'ended', cause: 'sign_out', endedAt: now };
      const row = user.sessions.get(sessionId);
      const answer = isUse ? usedSession(user, row, now) : answerFor(user, row, now);
      const revokedTokens = handleId === undefined ? [] : revokedOfHandle(user, handleId);
      return answer.kind === 'live' && revokedTokens.length > 0 ? { ...answer, revokedTokens } : answer;
    });
  }

  /** Ends one handle of the gate. @param expiresAt milliseconds since the epoch. */
  endHandle(handle: Types.HandleToEnd, expiresAt: number): void {
    this.#transaction((user, now) => endHandle(user, handle, expiresAt, now));
  }

  issueCode(presented: Types.PresentedSession, code: Types.NewCode): Types.IssueAnswer {
    return this.#transaction((user, now) => issueCode(user, presented, code, now));
  }

  /** What the person agreed to before for a client. */
  readConsent(presented: Types.PresentedSession, clientId: string): Types.ConsentAnswer {
    return this.#transaction((user, now) => {
      const session = readSession(user, presented, now);
      return { session, agreed: session.kind === 'live' ? agreementOf(user, clientId) : undefined };
    });
  }

  /** Takes back what the person agreed to for a client, and ends all that it got by it. */
  revokeConsent(presented: Types.PresentedSession, clientId: string): Types.SessionAnswer {
    return this.#transaction((user, now) => {
      const session = readSession(user, presented, now);
      if (session.kind === 'live') revokeConsent(user, clientId, now);
      return session;
    });
  }

  redeemCode(codeId: string, secretHash: Uint8Array, redemption: Types.CodeRedemption): Types.CodeAnswer {
    return this.#transaction((user, now) => redeemCode(user, codeId, secretHash, redemption, now));
  }

  /** Founds a family in a live session without a code: for the issuer's own session API. */
  foundFamily(
    presented: Types.PresentedSession,
    familyId: string,
    founding: Types.NewFamily,
    granted: { clientId: string; scope: string[]; resource: string[] },
  ): Types.SessionAnswer {
    return this.#transaction((user, now) => {
      const session = readSession(user, presented, now);
      if (session.kind === 'live') foundFamily(user, session, familyId, founding, granted, now);
      return session;
    });
  }

  refresh(request: Types.Refresh): Types.RefreshAnswer {
    return this.#transaction((user, now) => refresh(user, request, now));
  }

  revokeFamily(
    token: { familyId: string; generation: number; secretHash: Uint8Array },
    clientId: string,
    cause: 'revoked_by_client' | 'superseded',
  ): void {
    this.#transaction((user, now) => revokeFamily(user, token, clientId, cause, now));
  }

  /** Remembers an access token as revoked until it expires. @param expiresAt milliseconds since the epoch. */
  revokeToken(token: Types.TokenToRevoke, expiresAt: number): void {
    this.#transaction((user, now) => revokeToken(user, token, expiresAt, now));
  }

  /** What a refresh token stands for, if it is the client's and would be accepted. */
  refreshTokenState(
    token: { familyId: string; generation: number; secretHash: Uint8Array },
    clientId: string,
    graceMilliseconds: number,
  ): Types.RefreshTokenState | undefined {
    return this.#transaction((user, now) => refreshTokenState(user, token, clientId, graceMilliseconds, now));
  }

  /** Ends a session. Answers with the clients that are told of it, also when it was over before. */
  endSession(sessionId: string, cause: Types.EndCause): string[] {
    return this.#transaction((user, now) => {
      endSession(user, sessionId, cause, now);
      return user.sessionClients.of(sessionId);
    });
  }

  endOtherSessions(keepSessionId: string, cause: Types.EndCause): void {
    this.#transaction((user, now) => {
      endOtherSessions(user, keepSessionId, cause, now);
      // Whoever signs out a browser that they lost does not trust it any more; which one is asked about here is not known.
      user.trustedDevices.removeAll();
    });
  }

  /** Ends every session and every family, those with offline_access too: at once or not at all. */
  endEverything(cause: Types.EndCause, sessionId: string | null): string[] {
    return this.#transaction((user, now) => {
      endEverythingBut(user, null, cause, now);
      return sessionId === null ? [] : user.sessionClients.of(sessionId);
    });
  }

  /** Whether the person can answer the warning about this event. Leaves an object that is no user as empty as it was. */
  alertState(eventId: string): Types.AlertState {
    return this.#isMade() ? this.#transaction((user) => alertState(user, eventId)) : 'gone';
  }

  /** The person says of a warning that it was not them, which ends everything. */
  answerAlert(eventId: string): Types.AlertAnswer {
    return this.#isMade() ? this.#transaction((user, now) => answerAlert(user, eventId, now)) : 'gone';
  }

  /** Ends everything and refuses every sign-in until `enable`. */
  disable(): void {
    this.#transaction((user, now) => {
      if (!user.profile.get() || user.profile.disabledAt() !== null) return;
      user.profile.setDisabledAt(now);
      endEverythingBut(user, null, 'account_disabled', now);
      user.note('account_disabled', now, {});
    });
  }

  enable(): void {
    this.#transaction((user, now) => {
      if (user.profile.disabledAt() === null) return;
      user.profile.setDisabledAt(null);
      user.note('account_enabled', now, {});
    });
  }

  /** The person of a session changes their own profile. */
  editProfile(presented: Types.PresentedSession, change: ProfileChange): Types.SessionAnswer {
    return this.#transaction((user, now) => {
      const session = readSession(user, presented, now);
      const profile = session.kind === 'live' ? changeProfile(user, change, now) : undefined;
      return profile ? { ...session, profile } : session;
    });
  }

  /** An administrator changes a profile; undefined for an object that is no user. */
  setProfile(change: ProfileChange): Types.Profile | undefined {
    return this.#transaction((user, now) => changeProfile(user, change, now));
  }

  /** The person's passkeys; none of an object that is no user, which stays as empty as it was. */
  listPasskeys(): Types.Passkey[] {
    return this.#isMade() ? this.#transaction(passkeysOf) : [];
  }

  /** The key that a passkey's use is to be verified with. */
  readPasskeyKey(credentialId: string): PublicKey | undefined {
    return this.#isMade()
      ? this.#transaction((user) => user.passkeys.get(credentialId)?.publicKey)
      : undefined;
  }

  addPasskey(
    presented: Types.PresentedSession,
    policy: Types.FreshPolicy,
    passkey: Types.NewPasskey,
  ): Types.PasskeyAddition | 'not_fresh' {
    return this.#transaction((user, now) =>
      readFreshSession(user, presented, policy, now).kind === 'live'
        ? addPasskey(user, passkey, now)
        : 'not_fresh',
    );
  }

  /** A passkey was used: its signature is right, and here is decided whether that counts. */
  usePasskey(use: Types.PasskeyUse): Types.PasskeyUseAnswer {
    return this.#transaction((user, now) => usePasskey(user, use, now));
  }

  renamePasskey(presented: Types.PresentedSession, credentialId: string, name: string): void {
    this.#transaction((user, now) => {
      if (readSession(user, presented, now).kind === 'live') renamePasskey(user, credentialId, name);
    });
  }

  removePasskey(
    presented: Types.PresentedSession,
    policy: Types.FreshPolicy,
    credentialId: string,
    leaving: Types.Leaving,
  ): Types.PasskeyRemoval | 'not_fresh' {
    return this.#transaction((user, now) =>
      readFreshSession(user, presented, policy, now).kind === 'live'
        ? removePasskey(user, credentialId, leaving, now)
        : 'not_fresh',
    );
  }

  /** The person of a session connects a provider's account that they just signed in to. */
  linkIdentity(
    presented: Types.PresentedSession,
    policy: Types.FreshPolicy,
    proved: Types.ProvedIdentity,
  ): 'linked' | 'too_many' | 'not_fresh' {
    return this.#transaction((user, now) =>
      readFreshSession(user, presented, policy, now).kind === 'live'
        ? linkIdentity(user, proved, now)
        : 'not_fresh',
    );
  }

  /** Whether an identity that was just proved is this person's; what the provider said is written down. */
  useIdentity(proved: Types.ProvedIdentity): boolean {
    return this.#isMade() && this.#transaction((user, now) => useIdentity(user, proved, now));
  }

  unlinkIdentity(
    presented: Types.PresentedSession,
    policy: Types.FreshPolicy,
    identity: Identity,
    open: Types.OpenWays,
  ): Types.IdentityRemoval | 'not_fresh' {
    return this.#transaction((user, now) =>
      readFreshSession(user, presented, policy, now).kind === 'live'
        ? unlinkIdentity(user, identity, open, now)
        : 'not_fresh',
    );
  }

  /** None of an object that is no user, which stays as empty as it was. */
  identities(): Types.LinkedIdentity[] {
    return this.#isMade() ? this.#transaction(identitiesOf) : [];
  }

  /** Undoes a connection whose identity went to another account in the meantime. */
  dropIdentity(identity: Identity): void {
    this.#transaction((user) => user.identities.remove(identity));
  }

  /** The tokens that a provider gave for the person last, sealed; undefined where none are kept. */
  sealedProviderTokens(provider: string): string | undefined {
    return this.#transaction(
      (user) => user.identities.all().find((row) => row.provider === provider)?.tokens ?? undefined,
    );
  }

  /** What the account page shows, for whoever holds this session. An ended one is told why. */
  account(presented: Types.PresentedSession): { session: Types.SessionAnswer; account?: Types.Account } {
    return this.#transaction((user, now) => {
      const session = readSession(user, presented, now);
      const account = session.kind === 'live' ? accountOf(user, now) : undefined;
      return account ? { session, account } : { session };
    });
  }

  /** Everything that is held about the person of this session, without secrets; undefined when it is not fresh. */
  export(presented: Types.PresentedSession, policy: Types.FreshPolicy): AccountExport | undefined {
    return this.#transaction((user, now) => {
      const session = readFreshSession(user, presented, policy, now);
      if (session.kind !== 'live') return undefined;
      user.note('data_exported', now, { sessionId: session.sessionId });
      return exportOf(user);
    });
  }

  /** The same as the page, for an administrator. */
  inspect(): Types.Account | undefined {
    return this.#transaction(accountOf);
  }

  /** Where the chain of the person's events ends. */
  auditHead(): AuditHead | undefined {
    return this.#isMade() ? this.#transaction(auditHeadOf) : undefined;
  }

  /** What receivers would not take. */
  deadLetters(): DeadLetter[] {
    return this.#isMade() ? this.#transaction((user) => user.deadLetters.all()) : [];
  }

  /** @param receiver null: all. @returns how many events are tried again */
  replayDeliveries(receiver: string | null): number {
    if (!this.#isMade()) return 0;
    return this.#transaction((user, now) => replayDeliveries(user, receiver ?? undefined, now));
  }

  override alarm(): Promise<void> {
    this.#alarmAt = Number.POSITIVE_INFINITY;
    return countedAlarm(this.env, () => this.#alarm.ring());
  }

  /** One alarm per object: the earliest wish wins. Its write joins the transaction's own commit. */
  #wakeBy(at: number): void {
    const pending = this.#alarmAt > Date.now();
    if (pending && at >= this.#alarmAt) return;
    this.#alarmAt = at;
    void this.ctx.storage.setAlarm(at);
  }
}
