import { newRecordId } from '../crypto/token.ts';
import { CodeTable } from './tables/code.ts';
import { EventTable } from './tables/event.ts';
import { FamilyTable } from './tables/family.ts';
import { ProfileTable } from './tables/profile.ts';
import { SessionTable } from './tables/session.ts';

/** Everything that is stored of one person, as one transaction sees it. */
export class UserRecord {
  readonly profile: ProfileTable;
  readonly sessions: SessionTable;
  readonly codes: CodeTable;
  readonly families: FamilyTable;
  readonly events: EventTable;
  readonly #wakeBy: (at: number) => void;

  /** @param wakeBy asks for the object's alarm, at the latest at that time (milliseconds since the epoch). */
  constructor(sql: SqlStorage, wakeBy: (at: number) => void) {
    this.profile = new ProfileTable(sql);
    this.sessions = new SessionTable(sql);
    this.codes = new CodeTable(sql);
    this.families = new FamilyTable(sql);
    this.events = new EventTable(sql);
    this.#wakeBy = wakeBy;
  }

  wakeBy(at: number): void {
    this.#wakeBy(at);
  }

  /** Writes an event into the outbox, in the transaction that caused it. Never a secret, token or password. */
  note(type: string, at: number, detail: Record<string, unknown>): void {
    this.events.insert({ eventId: newRecordId(), type, at, detail });
    this.#wakeBy(at);
  }
}
