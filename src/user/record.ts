import type { RiskPolicy } from '../config/risk.ts';
import { newRecordId } from '../crypto/token.ts';
import { currentActor, currentContext, type RequestContext } from '../request/context.ts';
import type { EventType } from './security-events.ts';
import { AddressChangeTable } from './tables/address-change.ts';
import { CodeTable } from './tables/code.ts';
import { ConsentTable } from './tables/consent.ts';
import { DeadLetterTable } from './tables/dead-letter.ts';
import { DoorTable } from './tables/door.ts';
import { EmailCodeTable } from './tables/email-code.ts';
import { EventTable } from './tables/event.ts';
import { EventReceiverTable } from './tables/event-receiver.ts';
import { FamilyTable } from './tables/family.ts';
import { IdentityTable } from './tables/identity.ts';
import { LogoutNoticeTable } from './tables/logout-notice.ts';
import { OutgoingMailTable } from './tables/outgoing-mail.ts';
import { PasskeyTable } from './tables/passkey.ts';
import { PasskeyChallengeTable } from './tables/passkey-challenge.ts';
import { ProfileTable } from './tables/profile.ts';
import { RecoveryCodeTable } from './tables/recovery-code.ts';
import { RemovalTable } from './tables/removal.ts';
import { RevokedTokenTable } from './tables/revoked-token.ts';
import { RiskMemoryTable } from './tables/risk-memory.ts';
import { SessionTable } from './tables/session.ts';
import { SessionClientTable } from './tables/session-client.ts';
import { TotpTable } from './tables/totp.ts';
import { TrustedDeviceTable } from './tables/trusted-device.ts';
import type { Profile } from './types.ts';

/** Everything that is stored of one person, as one transaction sees it. */
export class UserRecord {
  readonly profile: ProfileTable;
  readonly totp: TotpTable;
  readonly recoveryCodes: RecoveryCodeTable;
  readonly trustedDevices: TrustedDeviceTable;
  readonly passwordDoors: DoorTable;
  readonly secondFactorDoors: DoorTable;
  readonly sessions: SessionTable;
  readonly sessionClients: SessionClientTable;
  readonly codes: CodeTable;
  readonly consents: ConsentTable;
  readonly families: FamilyTable;
  readonly revokedTokens: RevokedTokenTable;
  readonly passkeys: PasskeyTable;
  readonly passkeyChallenges: PasskeyChallengeTable;
  readonly identities: IdentityTable;
  readonly events: EventTable;
  readonly eventReceivers: EventReceiverTable;
  readonly deadLetters: DeadLetterTable;
  readonly logoutNotices: LogoutNoticeTable;
  readonly emailCodes: EmailCodeTable;
  readonly mails: OutgoingMailTable;
  readonly removal: RemovalTable;
  readonly riskMemory: RiskMemoryTable;
  readonly addressChange: AddressChangeTable;
  readonly #wakeBy: (at: number) => void;

  /** Whether passkeys are on; those that people have are kept when they are not, and count for nothing. */
  readonly offersPasskeys: boolean;
  /** What is noticed of a stolen credential, and what is done about it. */
  readonly riskPolicy: RiskPolicy;

  /** @param wakeBy asks for the object's alarm, at the latest at that time (milliseconds since the epoch). */
  constructor(
    sql: SqlStorage,
    wakeBy: (at: number) => void,
    offersPasskeys: boolean,
    riskPolicy: RiskPolicy,
  ) {
    this.riskPolicy = riskPolicy;
    this.offersPasskeys = offersPasskeys;
    this.profile = new ProfileTable(sql);
    this.totp = new TotpTable(sql);
    this.recoveryCodes = new RecoveryCodeTable(sql);
    this.trustedDevices = new TrustedDeviceTable(sql);
    this.passwordDoors = new DoorTable(sql, 'password_attempt');
    this.secondFactorDoors = new DoorTable(sql, 'second_factor_door');
    this.sessions = new SessionTable(sql);
    this.sessionClients = new SessionClientTable(sql);
    this.codes = new CodeTable(sql);
    this.consents = new ConsentTable(sql);
    this.families = new FamilyTable(sql);
    this.revokedTokens = new RevokedTokenTable(sql);
    this.passkeys = new PasskeyTable(sql);
    this.passkeyChallenges = new PasskeyChallengeTable(sql);
    this.identities = new IdentityTable(sql);
    this.events = new EventTable(sql);
    this.eventReceivers = new EventReceiverTable(sql);
    this.deadLetters = new DeadLetterTable(sql);
    this.logoutNotices = new LogoutNoticeTable(sql);
    this.emailCodes = new EmailCodeTable(sql);
    this.mails = new OutgoingMailTable(sql);
    this.removal = new RemovalTable(sql);
    this.riskMemory = new RiskMemoryTable(sql);
    this.addressChange = new AddressChangeTable(sql);
    this.#wakeBy = wakeBy;
  }

  wakeBy(at: number): void {
    this.#wakeBy(at);
  }

  /** Whom the object is about, while their account is there or going. */
  person(): Profile | undefined {
    return this.profile.get() ?? this.removal.get()?.profile;
  }

  /**
   * Writes an event down, in the transaction that caused it: what happened, on whose behalf, from where, in which request.
   * Never a secret, token or password.
   */
  note(type: EventType, at: number, detail: Record<string, unknown>): void {
    const userId = this.person()?.userId;
    // Nobody is here whose trail it could be in.
    if (userId === undefined) return;
    this.events.append({
      eventId: newRecordId(),
      userId,
      type,
      at,
      detail: { by: currentActor(), ...detail, ...requestOf(currentContext()) },
    });
    this.#wakeBy(at);
  }
}

/** What the trail has of the request: the detail's own place and browser may be those of what it is about. */
function requestOf(context: RequestContext | undefined): Record<string, unknown> {
  if (!context) return {};
  const { requestId, device, sighting } = context;
  const seen = { place: device.place, browser: sighting.browser, system: sighting.system };
  const known = Object.entries(seen).filter(([, value]) => value !== '');
  return { requestId, ...(known.length > 0 && { seen: Object.fromEntries(known) }) };
}
