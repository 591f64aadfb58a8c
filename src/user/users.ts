import { sha256 } from '../crypto/bytes.ts';
import type { Token } from '../crypto/token.ts';
import { callObject } from '../durable/call.ts';
import { type CallContext, currentCall } from '../request/context.ts';
import type { AuditHead } from './audit-head.ts';
import type { AccountExport } from './export.ts';
import { type IdentityCalls, identityCalls } from './identity-calls.ts';
import type { UserObject } from './object.ts';
import { type PasskeyCalls, passkeyCalls } from './passkey-calls.ts';
import type { ProfileChange } from './profile-change.ts';
import { type SecondFactorCalls, secondFactorCalls } from './second-factor-calls.ts';
import type { DeadLetter } from './tables/dead-letter.ts';
import type * as Types from './types.ts';

/**
 * The users, from a Worker's side: each method is one call to one user's object. Secrets are hashed here, so that
 * the object never sees one. All of them throw ObjectUnavailable when the object gives no answer.
 */
export interface Users {
  /** False when a passkey's challenge was answered before: nothing new was made. */
  create(profile: Types.Profile, credentials: Types.Credentials): Promise<boolean>;
  exists(userId: string): Promise<boolean>;
  /** Whether the account has the address, in its normal form, or had it and has yet to give it up. */
  holdsAddress(userId: string, address: string): Promise<boolean>;
  /** Undoes a sign-up whose identifier went to somebody else. */
  remove(userId: string): Promise<void>;
  beginPasswordAttempt(
    userId: string,
    door: string,
    policy: Types.AttemptPolicy,
  ): Promise<Types.AttemptAnswer>;
  /** Has a code mailed; whether one is, nobody learns. */
  beginEmailCode(userId: string, request: Types.EmailCodeRequest): Promise<void>;
  tryEmailCode(userId: string, presented: Types.EmailCodeTry): Promise<Types.EmailCodeAnswer>;
  /** Gives the account of a session another address, by codes that were mailed to both. */
  changeAddress(
    session: Token,
    policy: Types.FreshPolicy,
    change: Types.AddressChange,
  ): Promise<Types.AddressChangeAnswer>;
  /**
   * Finishes a change of address as far as that goes now; the object goes on with the rest by itself.
   * @returns the address that the account has after it
   */
  settleAddress(userId: string): Promise<string | undefined>;
  /** Whether a new password may be set by a code that was proved. */
  resetStep(userId: string, question: Types.ResetQuestion): Promise<Types.ResetAnswer>;
  /** Sets it, once for each code, and ends everything. */
  resetPassword(userId: string, question: Types.ResetQuestion, hash: string): Promise<Types.ResetAnswer>;
  /** Renews `renewed`, the session that the browser held, if it is live; otherwise opens `session`. */
  openSession(
    session: Token,
    renewed: Token | undefined,
    door: string,
    amr: string[],
    device: Types.Device,
    policy: Types.SessionPolicy,
  ): Promise<Types.OpenAnswer>;
  readSession(session: Token): Promise<Types.SessionAnswer>;
  /** The same, of somebody who wants it ended, from whatever place or browser. */
  readSessionToEnd(session: Token): Promise<Types.SessionAnswer>;
  /** Who holds this session, if it may change a way of signing in. */
  readFreshSession(session: Token, policy: Types.FreshPolicy): Promise<Types.FreshAnswer>;
  secondFactors: SecondFactorCalls;
  passkeys: PasskeyCalls;
  identities: IdentityCalls;
  status(userId: string, question: Types.StatusQuestion): Promise<Types.StatusAnswer>;
  issueCode(
    session: Token,
    code: Token,
    request: Omit<Types.NewCode, 'codeId' | 'secretHash'>,
  ): Promise<Types.IssueAnswer>;
  /** Grants what a device asks for: a code that only the device knows the secret of. */
  approveDevice(session: Token, code: Types.NewCode): Promise<Types.IssueAnswer>;
  /** What the person agreed to before for a client. */
  readConsent(session: Token, clientId: string): Promise<Types.ConsentAnswer>;
  /** Takes it back, and ends all that the client got by it. */
  revokeConsent(session: Token, clientId: string): Promise<Types.SessionAnswer>;
  redeemCode(code: Token, redemption: Types.CodeRedemption): Promise<Types.CodeAnswer>;
  /** Founds a family in a live session without a code. */
  foundFamily(
    session: Token,
    familyId: string,
    founding: Types.NewFamily,
    granted: Granted,
  ): Promise<Types.SessionAnswer>;
  /** Keeps the same password under another hash. */
  rehashPassword(userId: string, before: string, hash: string): Promise<void>;
  /** Whether there is a password, and whether it is ever enough by itself. */
  passwordState(session: Token, policy: Types.SecondFactorPolicy): Promise<Types.PasswordState>;
  /** Gives somebody who has none a password, where the session is a fresh one. */
  setFirstPassword(session: Token, hash: string, policy: Types.FreshPolicy): Promise<Types.FreshAnswer>;
  changePassword(userId: string, hash: string, keepSessionId: string): Promise<void>;
  refresh(userId: string, refresh: Types.Refresh): Promise<Types.RefreshAnswer>;
  /** @param cause default `revoked_by_client`. */
  revokeFamily(
    refreshToken: Token,
    clientId: string,
    cause?: 'revoked_by_client' | 'superseded',
  ): Promise<void>;
  /** Remembers an access token as revoked until it expires. @param expiresAt milliseconds since the epoch. */
  revokeToken(userId: string, token: Types.TokenToRevoke, expiresAt: number): Promise<void>;
  /** Ends one handle of the gate and leaves the session alone. @param expiresAt milliseconds since the epoch. */
  endHandle(userId: string, handle: Types.HandleToEnd, expiresAt: number): Promise<void>;
  /** What a refresh token stands for, if it is the client's and a refresh with it would be answered. */
  refreshTokenState(
    refreshToken: Token,
    clientId: string,
    graceSeconds: number,
  ): Promise<Types.RefreshTokenState | undefined>;
  /** Answers with the clients that are told of the end. */
  endSession(userId: string, sessionId: string, cause: Types.EndCause): Promise<string[]>;
  endOtherSessions(userId: string, keepSessionId: string, cause: Types.EndCause): Promise<void>;
  /** Answers with the clients of one of the sessions that it ended, as `endSession` does. */
  endEverything(userId: string, cause: Types.EndCause, sessionId?: string): Promise<string[]>;
  /** Whether the person can answer a warning. Does nothing. */
  alertState(userId: string, eventId: string): Promise<Types.AlertState>;
  /** The person says of a warning that it was not them: every session and family ends, once for each warning. */
  answerAlert(userId: string, eventId: string): Promise<Types.AlertAnswer>;
  /** The person of a session changes their own profile. */
  editProfile(session: Token, change: ProfileChange): Promise<Types.SessionAnswer>;
  /** An administrator changes a profile; undefined for an id that is no user. */
  setProfile(userId: string, change: ProfileChange): Promise<Types.Profile | undefined>;
  /** The person of a fresh session deletes their account. */
  deleteAccount(session: Token, policy: Types.FreshPolicy): Promise<Types.DeletionAnswer>;
  /** An administrator does; false for an id that is no user. */
  deleteUser(userId: string): Promise<boolean>;
  disable(userId: string): Promise<void>;
  enable(userId: string): Promise<void>;
  inspect(userId: string): Promise<Types.Account | undefined>;
  auditHead(userId: string): Promise<AuditHead | undefined>;
  deadLetters(userId: string): Promise<DeadLetter[]>;
  /** Has what was given up tried again. @returns how many events that is @param receiver default all */
  replayDeliveries(userId: string, receiver?: string): Promise<number>;
  /** Everything that is held about the person of a fresh session, without secrets; undefined when it is none. */
  export(session: Token, policy: Types.FreshPolicy): Promise<AccountExport | undefined>;
  account(session: Token): Promise<{ session: Types.SessionAnswer; account?: Types.Account }>;
}

/** Makes one call to one user's object. */
export type CallUser = <T>(
  userId: string,
  use: (stub: DurableObjectStub<UserObject>) => Promise<T>,
) => Promise<T>;

type Granted = { clientId: string; scope: string[]; resource: string[] };

/** Turns a session token into what the object may know of it. */
const presented = async (session: Token): Promise<Types.PresentedSession> => ({
  sessionId: session.recordId,
  secretHash: await sha256(session.secret),
});

/** The object, told with each call for which request, or for whom, it is made. */
function inContext(
  stub: DurableObjectStub<UserObject>,
  context: CallContext | undefined,
): DurableObjectStub<UserObject> {
  if (!context) return stub;
  return new Proxy(stub, {
    get:
      (target, method: string) =>
      (...parameters: unknown[]) =>
        target.perform(context, method as keyof UserObject, parameters),
  });
}

/** @param caller for whom all of its calls are made. Default the request of the moment. */
export function createUsers(namespace: DurableObjectNamespace<UserObject>, caller?: CallContext): Users {
  const at: CallUser = (userId, use) =>
    callObject('UserObject', () => inContext(namespace.getByName(userId), caller ?? currentCall()), use);

  return {
    create: (profile, credentials) => at(profile.userId, async (stub) => stub.create(profile, credentials)),
    exists: (userId) => at(userId, async (stub) => stub.exists()),
    holdsAddress: (userId, address) => at(userId, async (stub) => stub.holdsAddress(address)),
    remove: (userId) => at(userId, async (stub) => stub.remove()),
    beginPasswordAttempt: (userId, door, policy) =>
      at(userId, async (stub) => stub.beginPasswordAttempt(door, policy)),
    beginEmailCode: (userId, request) => at(userId, async (stub) => stub.beginEmailCode(request)),
    tryEmailCode: (userId, presented) => at(userId, async (stub) => stub.tryEmailCode(presented)),
    changeAddress: async (session, policy, change) => {
      const by = await presented(session);
      return at(session.userId, async (stub) => stub.changeAddress(by, policy, change));
    },
    settleAddress: (userId) => at(userId, async (stub) => stub.settleAddress()),
    resetStep: (userId, question) => at(userId, async (stub) => stub.resetStep(question)),
    resetPassword: (userId, question, hash) => at(userId, async (stub) => stub.resetPassword(question, hash)),
    openSession: async (session, renewed, door, amr, device, policy) => {
      const [next, before] = [await presented(session), renewed && (await presented(renewed))];
      return at(session.userId, async (stub) => stub.openSession(next, before, door, amr, device, policy));
    },
    readSession: async (session) => {
      const request = await presented(session);
      return at(session.userId, async (stub) => stub.readSession(request));
    },
    readSessionToEnd: async (session) => {
      const request = await presented(session);
      return at(session.userId, async (stub) => stub.readSessionToEnd(request));
    },
    readFreshSession: async (session, policy) => {
      const request = await presented(session);
      return at(session.userId, async (stub) => stub.readFreshSession(request, policy));
    },
    secondFactors: secondFactorCalls(at, presented),
    passkeys: passkeyCalls(at, presented),
    identities: identityCalls(at, presented),
    status: (userId, question) => at(userId, async (stub) => stub.status(question)),
    issueCode: async (session, code, request) => {
      const by = await presented(session);
      const newCode = { ...request, codeId: code.recordId, secretHash: await sha256(code.secret) };
      return at(session.userId, async (stub) => stub.issueCode(by, newCode));
    },
    approveDevice: async (session, code) => {
      const by = await presented(session);
      return at(session.userId, async (stub) => stub.issueCode(by, code));
    },
    readConsent: async (session, clientId) => {
      const by = await presented(session);
      return at(session.userId, async (stub) => stub.readConsent(by, clientId));
    },
    revokeConsent: async (session, clientId) => {
      const by = await presented(session);
      return at(session.userId, async (stub) => stub.revokeConsent(by, clientId));
    },
    redeemCode: async (code, redemption) => {
      const secretHash = await sha256(code.secret);
      return at(code.userId, async (stub) => stub.redeemCode(code.recordId, secretHash, redemption));
    },
    foundFamily: async (session, familyId, founding, granted) => {
      const by = await presented(session);
      return at(session.userId, async (stub) => stub.foundFamily(by, familyId, founding, granted));
    },
    rehashPassword: (userId, before, hash) => at(userId, async (stub) => stub.rehashPassword(before, hash)),
    passwordState: async (session, policy) => {
      const by = await presented(session);
      return at(session.userId, async (stub) => stub.passwordState(by, policy));
    },
    setFirstPassword: async (session, hash, policy) => {
      const by = await presented(session);
      return at(session.userId, async (stub) => stub.setFirstPassword(by, hash, policy));
    },
    changePassword: (userId, hash, keep) => at(userId, async (stub) => stub.changePassword(hash, keep)),
    refresh: (userId, refresh) => at(userId, async (stub) => stub.refresh(refresh)),
    revokeFamily: async (token, clientId, cause = 'revoked_by_client') => {
      const secretHash = await sha256(token.secret);
      const family = { familyId: token.recordId, generation: token.generation, secretHash };
      return at(token.userId, async (stub) => stub.revokeFamily(family, clientId, cause));
    },
    revokeToken: (userId, token, expiresAt) => at(userId, async (stub) => stub.revokeToken(token, expiresAt)),
    endHandle: (userId, handle, expiresAt) => at(userId, async (stub) => stub.endHandle(handle, expiresAt)),
    refreshTokenState: async (token, clientId, graceSeconds) => {
      const family = {
        familyId: token.recordId,
        generation: token.generation,
        secretHash: await sha256(token.secret),
      };
      return at(token.userId, async (stub) => stub.refreshTokenState(family, clientId, graceSeconds * 1000));
    },
    endSession: (userId, sessionId, cause) => at(userId, async (stub) => stub.endSession(sessionId, cause)),
    endOtherSessions: (userId, keep, cause) => at(userId, async (stub) => stub.endOtherSessions(keep, cause)),
    alertState: (userId, eventId) => at(userId, async (stub) => stub.alertState(eventId)),
    answerAlert: (userId, eventId) => at(userId, async (stub) => stub.answerAlert(eventId)),
    endEverything: (userId, cause, sessionId) =>
      at(userId, async (stub) => stub.endEverything(cause, sessionId ?? null)),
    editProfile: async (session, change) => {
      const by = await presented(session);
      return at(session.userId, async (stub) => stub.editProfile(by, change));
    },
    setProfile: (userId, change) => at(userId, async (stub) => stub.setProfile(change)),
    deleteAccount: async (session, policy) => {
      const by = await presented(session);
      return at(session.userId, async (stub) => stub.deleteAccount(by, policy));
    },
    deleteUser: (userId) => at(userId, async (stub) => stub.deleteUser()),
    disable: (userId) => at(userId, async (stub) => stub.disable()),
    enable: (userId) => at(userId, async (stub) => stub.enable()),
    inspect: (userId) => at(userId, async (stub) => stub.inspect()),
    auditHead: (userId) => at(userId, async (stub) => stub.auditHead()),
    deadLetters: (userId) => at(userId, async (stub) => stub.deadLetters()),
    replayDeliveries: (userId, receiver) =>
      at(userId, async (stub) => stub.replayDeliveries(receiver ?? null)),
    export: async (session, policy) => {
      const by = await presented(session);
      return at(session.userId, async (stub) => stub.export(by, policy));
    },
    account: async (session) => {
      const request = await presented(session);
      return at(session.userId, async (stub) => stub.account(request));
    },
  };
}
