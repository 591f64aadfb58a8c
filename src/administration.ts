import { WorkerEntrypoint } from 'cloudflare:workers';
import { normalEmail } from './core/account/email.ts';
import { rootSecrets } from './crypto/root-secret.ts';
import { callObject } from './durable/call.ts';
import type { Environment } from './environment.ts';
import type { UpstreamTokens } from './federation/upstream.ts';
import { createIdentifiers } from './identifier/identifiers.ts';
import { RING_NAME } from './keys/keys.ts';
import type { KeyRingObject } from './keys/object.ts';
import type { KeyRecord, Revocation } from './keys/types.ts';
import { administrator } from './request/context.ts';
import { openTokens } from './sign-in/provider-tokens.ts';
import { faultInEnglish } from './texts/fault.ts';
import { createTransactions } from './transaction/transactions.ts';
import type { AuditHead } from './user/audit-head.ts';
import { checkProfileChange, type ProfileChangeInput } from './user/profile-change.ts';
import type { DeadLetter } from './user/tables/dead-letter.ts';
import type { Account, Profile } from './user/types.ts';
import { createUsers } from './user/users.ts';

export type SetProfileAnswer =
  | { kind: 'set'; profile: Profile }
  | { kind: 'unknown' }
  /** Nothing was changed. What is wrong with each member, by its name, in English. */
  | { kind: 'refused'; faults: Record<string, string> };

export interface InvitationInput {
  /** The only address that it is good for. Default any. */
  email?: string;
  /** The groups that the account is in from the start. Default none. */
  groups?: string[];
  /** 1 minute to 90 days, default 7 days. */
  expiresInSeconds?: number;
}

export type InviteAnswer =
  | { kind: 'invited'; url: string }
  /** What is wrong with each member, by its name. */
  | { kind: 'refused'; faults: Record<string, string> };

/**
 * What an operator's own Worker may do to accounts, through a service binding with `entrypoint: "Administration"`.
 * Only Workers of the same Cloudflare account can bind to it; it has no address on the internet and needs no token.
 * Every method is done, in every place, when it answers. All throw ObjectUnavailable when an object does not answer.
 */
export class Administration extends WorkerEntrypoint<Environment> {
  readonly #users = createUsers(this.env.USER, administrator);
  readonly #identifiers = createIdentifiers(this.env.IDENTIFIER);

  /** The user id of an email address, or undefined. */
  async find(email: string): Promise<string | undefined> {
    const normal = normalEmail(email);
    return normal === undefined ? undefined : this.#identifiers.lookup(normal);
  }

  /** Profile, sessions, and why the ended ones ended; undefined for an id that is no user. */
  inspect(userId: string): Promise<Account | undefined> {
    return this.#users.inspect(userId);
  }

  /**
   * The newest event of a user as their own object has it, for `portcullis audit verify --head`: a trail that was cut off at
   * its end is one that does not reach it. Undefined for an id that is no user.
   */
  auditHead(userId: string): Promise<AuditHead | undefined> {
    return this.#users.auditHead(userId);
  }

  /** The events that a receiver would not take, or did not take for three days; the oldest first, at most 200 of them. */
  deadLetters(userId: string): Promise<DeadLetter[]> {
    return this.#users.deadLetters(userId);
  }

  /**
   * Has those of one receiver, or of all, delivered once more, in the order in which they happened. What is not taken this
   * time either is listed again.
   * @returns how many there are
   */
  replayDeliveries(userId: string, receiver?: string): Promise<number> {
    return this.#users.replayDeliveries(userId, receiver);
  }

  /**
   * Invites somebody, also where nobody else can sign up. The answer is the address of a page for one account; whoever has
   * it may make that, so send it to the person and to nobody else.
   */
  async invite({
    email,
    groups = [],
    expiresInSeconds = 7 * 24 * 60 * 60,
  }: InvitationInput = {}): Promise<InviteAnswer> {
    const checked = checkProfileChange({ groups }, 'administrator');
    if (checked.kind === 'faulty') {
      const faults = Object.entries(checked.faults).map(([place, fault]) => [place, faultInEnglish(fault)]);
      return { kind: 'refused', faults: Object.fromEntries(faults) };
    }
    const normal = email === undefined ? undefined : normalEmail(email);
    if (email !== undefined && normal === undefined)
      return { kind: 'refused', faults: { email: 'This is no email address.' } };
    if (!Number.isInteger(expiresInSeconds) || expiresInSeconds < 60 || expiresInSeconds > 90 * 24 * 60 * 60)
      return { kind: 'refused', faults: { expiresInSeconds: 'This must be 60 to 7776000.' } };
    const transactions = createTransactions(this.env.TRANSACTION, await rootSecrets(this.env));
    const invitation = {
      groups: checked.change.groups ?? [],
      ...(normal !== undefined && { email: normal }),
    };
    const id = await transactions.begin('invitation', invitation, Date.now() + expiresInSeconds * 1000);
    return { kind: 'invited', url: `${this.env.PORTCULLIS_ISSUER}/signup?invite=${id}` };
  }

  /** Ends everything and refuses every sign-in until `enable`. */
  disable(userId: string): Promise<void> {
    return this.#users.disable(userId);
  }

  /**
   * Takes away the authenticator app, the recovery codes and the trust in browsers, for somebody who has lost them all. They
   * are told by mail; passkeys stay. Make sure who asks for it: whoever knows the password is in afterwards.
   */
  removeSecondFactors(userId: string): Promise<void> {
    return this.#users.secondFactors.removeAll(userId);
  }

  enable(userId: string): Promise<void> {
    return this.#users.enable(userId);
  }

  /**
   * Deletes the account, for good. When it answers nothing of it is accepted any more; its identifiers are free again and
   * the rest is gone a moment later. False for an id that is no user.
   */
  deleteUser(userId: string): Promise<boolean> {
    return this.#users.deleteUser(userId);
  }

  /**
   * Changes name, verified flags, groups and standard claims (OpenID Connect Core §5.1): `{ claims: { nickname: 'Ada' } }`.
   * A claim that is null is taken away, one that is left out stays; `groups: ['staff']` names all groups of the person.
   */
  async setProfile(userId: string, change: ProfileChangeInput): Promise<SetProfileAnswer> {
    const checked = checkProfileChange(change, 'administrator');
    if (checked.kind === 'faulty') {
      const faults = Object.entries(checked.faults).map(([place, fault]) => [place, faultInEnglish(fault)]);
      return { kind: 'refused', faults: Object.fromEntries(faults) };
    }
    const profile = await this.#users.setProfile(userId, checked.change);
    return profile ? { kind: 'set', profile } : { kind: 'unknown' };
  }

  /**
   * The tokens that a provider of `keepTokens` gave for the person last, at their sign-in with it; undefined where none are
   * kept, or the root secret that sealed them is gone. They are not refreshed here: `accessExpiresAt` says how long (in
   * milliseconds since the epoch) the access token is good.
   */
  async providerTokens(userId: string, provider: string): Promise<UpstreamTokens | undefined> {
    const sealed = await this.#users.identities.sealedTokens(userId, provider);
    return sealed === undefined ? undefined : openTokens({ secrets: await rootSecrets(this.env) }, sealed);
  }

  async endSession(userId: string, sessionId: string): Promise<void> {
    await this.#users.endSession(userId, sessionId, 'administrator');
  }

  /** Ends every session and every family, those with offline_access too. */
  async endEverything(userId: string): Promise<void> {
    await this.#users.endEverything(userId, 'administrator');
  }

  /** Every signing key that has a record, the revoked ones too. */
  keys(): Promise<KeyRecord[]> {
    return this.#ring((ring) => ring.keys());
  }

  /**
   * Rotates the signing keys now, without a gap: a key whose successor is not known to every cache yet goes on until
   * it is. Tokens that were issued stay valid.
   */
  rotateKeys(): Promise<KeyRecord[]> {
    const requestedAt = Date.now();
    return this.#ring((ring) => ring.rotate(requestedAt));
  }

  /**
   * A leak: the key is neither published nor signed with any more, and its successor takes over at once. Whatever was
   * signed with it becomes worthless. docs/keys.md says how soon each verifier knows.
   */
  revokeKey(kid: string): Promise<Revocation> {
    return this.#ring(async (ring) => await ring.revoke(kid));
  }

  #ring<T>(use: (ring: DurableObjectStub<KeyRingObject>) => Promise<T>): Promise<T> {
    return callObject('KeyRingObject', () => this.env.KEY_RING.getByName(RING_NAME), use);
  }
}
