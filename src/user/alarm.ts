import type { Environment } from '../environment.ts';
import { sendMail } from '../mail/send.ts';
import type { Receiver } from '../outbox/receiver.ts';
import { receiversOf } from '../outbox/receivers.ts';
import { report } from '../report.ts';
import { settleAddress } from './address-change.ts';
import { CLAIM_AFTER, claimAddress } from './claim.ts';
import { deliver, wakeForDeliveries } from './deliveries.ts';
import { forget, strangerStays } from './forgetting.ts';
import { wakeForLogouts } from './logouts.ts';
import { mailed, notMailed, wakeForMail } from './mails.ts';
import type { UserRecord } from './record.ts';
import { goOnRemoving } from './removal.ts';
import { noticeExpiries } from './sessions.ts';
import type { OutgoingMail } from './tables/outgoing-mail.ts';
import { ClientTeller } from './telling.ts';
import type { Profile } from './types.ts';

/** Clients told of ended sessions with one alarm. */
const NOTICE_BATCH = 20;
/** Mails sent at once. */
const MAIL_BATCH = 10;
/** While an account is going. */
const REMOVAL_GOES_ON_AFTER = 60 * 1000;
const TRIED_AGAIN_AFTER = 30 * 1000;

/** What the alarm needs of the object that it rings in. */
export interface Alarmed {
  environment: () => Environment;
  /** Names the object in the log. */
  objectId: string;
  transaction: <T>(use: (user: UserRecord, now: number) => T) => T;
  /** Empties the object. */
  remove: () => Promise<void>;
}

/** What a user's object does by itself, one run after the other: it delivers, finishes what stopped half-way, and cleans up. */
export class Alarm {
  readonly #object: Alarmed;
  readonly #clients = new ClientTeller();
  /** Mails that are on their way: each is sent by one attempt at a time. */
  readonly #sending = new Set<string>();
  #ringing: Promise<void> | undefined;
  /** A change of address that is being finished. */
  #settling: Promise<void> | undefined;

  constructor(object: Alarmed) {
    this.#object = object;
  }

  /** Whom the person's events are delivered to. */
  receivers(): readonly Receiver[] {
    return receiversOf(this.#object.environment());
  }

  /** One run at a time: two would hand the same events over side by side. */
  ring(): Promise<void> {
    this.#ringing ??= this.#run().finally(() => {
      this.#ringing = undefined;
    });
    return this.#ringing;
  }

  /** Happens at least once, so everything in it may be repeated. */
  async #run(): Promise<void> {
    const { environment, objectId, transaction, remove } = this.#object;
    const receivers = this.receivers();
    const { profile, notices } = transaction((user, now) => {
      noticeExpiries(user, now);
      // Whatever happens to this run, there is another.
      if (user.removal.get()) user.wakeBy(now + REMOVAL_GOES_ON_AFTER);
      return { profile: user.person(), notices: user.logoutNotices.due(now, NOTICE_BATCH) };
    });
    if (profile && (await this.#finishSignUp(profile)) === 'taken') return remove();
    await this.settleAddress();
    // Side by side: whoever does not answer holds up nobody else.
    await Promise.all([
      deliver({ transaction, objectId }, receivers, () => this.#sendMails()),
      profile &&
        this.#clients.tell(environment(), transaction, { userId: profile.userId, objectId }, notices),
      this.#sendMails(),
    ]);
    const stays = transaction((user, now) => this.#tidy(user, receivers, now));
    // Attempts against somebody who does not exist, codes of a sign-up that nobody went on with.
    if (!stays) await remove();
    else await this.#goOnRemoving(receivers);
  }

  /** Cleans up, and asks for the next alarm. @returns false when nothing is left, so that the object can go */
  #tidy(user: UserRecord, receivers: readonly Receiver[], now: number): boolean {
    wakeForLogouts(user);
    wakeForMail(user);
    this.#wakeForSignUp(user);
    if (user.addressChange.get()) user.wakeBy(now + TRIED_AGAIN_AFTER);
    // The account may have been deleted just now, which leaves more to do than to forget.
    if (!user.person()) return strangerStays(user, now);
    forget(user, receivers, now);
    wakeForDeliveries(user, receivers, now);
    // After all the others, whose wishes for the alarm may have taken the place of this one.
    if (user.removal.get()) user.wakeBy(now + REMOVAL_GOES_ON_AFTER);
    return true;
  }

  /** Sees to it that the account's address is the account's, once its sign-up should have. */
  async #finishSignUp(profile: Profile): Promise<'claimed' | 'taken' | 'pending'> {
    const { environment, objectId, transaction } = this.#object;
    const since = transaction((user) => user.profile.unclaimedSince());
    if (since === undefined) return 'claimed';
    if (Date.now() < since + CLAIM_AFTER) return 'pending';
    try {
      const outcome = await claimAddress(environment(), profile);
      if (outcome === 'claimed') transaction((user) => user.profile.setClaimed());
      return outcome;
    } catch (error) {
      report('user.sign_up_not_finished', error, { objectId });
      return 'pending';
    }
  }

  #wakeForSignUp(user: UserRecord): void {
    const since = user.profile.unclaimedSince();
    if (since !== undefined) user.wakeBy(Math.max(since + CLAIM_AFTER, Date.now() + TRIED_AGAIN_AFTER));
  }

  /** Finishes a change of address. One at a time, and none beside a removal: it would claim an address for an account that is gone. */
  settleAddress(): Promise<void> {
    const { environment, objectId, transaction } = this.#object;
    this.#settling ??= settleAddress(environment(), transaction)
      .then(
        () => {},
        (error) => report('user.address_not_settled', error, { objectId }),
      )
      .finally(() => {
        this.#settling = undefined;
      });
    return this.#settling;
  }

  async #sendMails(): Promise<void> {
    const mails = this.#object.transaction((user, now) => user.mails.due(now, MAIL_BATCH));
    const idle = mails.filter(({ mailId }) => !this.#sending.has(mailId));
    await Promise.all(idle.map((mail) => this.#send(mail)));
  }

  /** Sends one mail. What became of it is written down at once. */
  async #send(mail: OutgoingMail): Promise<void> {
    const { environment, objectId, transaction } = this.#object;
    this.#sending.add(mail.mailId);
    const outcome = await sendMail(environment(), mail, objectId);
    this.#sending.delete(mail.mailId);
    transaction((user, now) => {
      if (outcome === 'sent') mailed(user, mail);
      else notMailed(user, mail, { forGood: outcome === 'never' }, now);
    });
  }

  async #goOnRemoving(receivers: readonly Receiver[]): Promise<void> {
    const { environment, objectId, transaction, remove } = this.#object;
    try {
      await this.#settling;
      if (await goOnRemoving(environment(), receivers, transaction)) await remove();
    } catch (error) {
      report('user.removal_failed', error, { objectId });
    }
  }
}
