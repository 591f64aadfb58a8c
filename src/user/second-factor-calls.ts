import type { Token } from '../crypto/token.ts';
import type { SpendTotp } from './totp.ts';
import type * as Types from './types.ts';
import type { CallUser } from './users.ts';

/** A person's second factors, from a Worker's side. What changes them asks for a session that is fresh enough. */
export interface SecondFactorCalls {
  of(userId: string): Promise<Types.SecondFactors>;
  /** Counts an attempt at a door, and answers with what to compare with. */
  beginTotpAttempt(userId: string, door: string, device: Types.Device): Promise<Types.TotpAnswer>;
  spendTotp(userId: string, spending: SpendTotp): Promise<Types.SpendAnswer>;
  /** @param attemptId new for each request: its own retry is answered like the first try. */
  spendRecoveryCode(userId: string, hash: Uint8Array, attemptId: string): Promise<Types.SpendAnswer>;
  /**
   * Sets up the first second factor of somebody who has none, in the middle of a sign-in.
   * @param after as the answer had it that asked for it
   */
  enrolTotp(userId: string, totp: Types.NewTotp, after: string | undefined): Promise<'enrolled' | 'refused'>;
  /** Sets an authenticator app up, or another one. `adopted`: the recovery codes that came along are the person's now. */
  setTotp(
    session: Token,
    policy: Types.FreshPolicy,
    totp: Types.NewTotp,
  ): Promise<{ session: Types.FreshAnswer; adopted: boolean }>;
  /** Refused as `required` when the next sign-in would have to set one up again. */
  removeTotp(
    session: Token,
    policy: Types.FreshPolicy,
    demand: Types.SecondFactorPolicy,
  ): Promise<Types.FreshAnswer | { kind: 'required' }>;
  /** By an administrator: the app, the recovery codes and the trust in browsers. */
  removeAll(userId: string): Promise<void>;
  /** Refused when there is no second factor that they could stand in for. */
  replaceRecoveryCodes(
    session: Token,
    policy: Types.FreshPolicy,
    codes: Types.NewRecoveryCodes,
  ): Promise<Types.FreshAnswer | { kind: 'refused' }>;
  /** The browsers that the person trusts. @param trustSeconds how long that lasts. */
  trustedDevices(
    session: Token,
    trustSeconds: number,
  ): Promise<{ session: Types.SessionAnswer; devices: Types.AccountTrustedDevice[] }>;
  distrustDevice(session: Token, deviceId: string): Promise<Types.SessionAnswer>;
}

export const secondFactorCalls = (
  at: CallUser,
  presented: (session: Token) => Promise<Types.PresentedSession>,
): SecondFactorCalls => ({
  of: (userId) => at(userId, async (stub) => stub.secondFactors()),
  beginTotpAttempt: (userId, door, device) => at(userId, async (stub) => stub.beginTotpAttempt(door, device)),
  spendTotp: (userId, spending) => at(userId, async (stub) => stub.spendTotp(spending)),
  spendRecoveryCode: (userId, hash, attemptId) =>
    at(userId, async (stub) => stub.spendRecoveryCode(hash, attemptId)),
  enrolTotp: (userId, totp, after) => at(userId, async (stub) => stub.enrolTotp(totp, after)),
  setTotp: async (session, policy, totp) => {
    const by = await presented(session);
    return at(session.userId, async (stub) => stub.setTotp(by, policy, totp));
  },
  removeTotp: async (session, policy, demand) => {
    const by = await presented(session);
    return at(session.userId, async (stub) => stub.removeTotp(by, policy, demand));
  },
  removeAll: (userId) => at(userId, async (stub) => stub.removeSecondFactors()),
  replaceRecoveryCodes: async (session, policy, codes) => {
    const by = await presented(session);
    return at(session.userId, async (stub) => stub.replaceRecoveryCodes(by, policy, codes));
  },
  trustedDevices: async (session, trustSeconds) => {
    const by = await presented(session);
    return at(session.userId, async (stub) => stub.trustedDevices(by, trustSeconds));
  },
  distrustDevice: async (session, deviceId) => {
    const by = await presented(session);
    return at(session.userId, async (stub) => stub.distrustDevice(by, deviceId));
  },
});
