import type { Family } from '../../../src/core/family/rule.ts';
import type { UserRecord } from '../../../src/user/record.ts';
import type { FamilyRow } from '../../../src/user/tables/family.ts';
import type { SessionRow } from '../../../src/user/tables/session.ts';
import type { EndCause } from '../../../src/user/types.ts';
import type { History } from './history.ts';

/** Never changed in place, so that a reference to it is a backup. */
/** What ended or expired before keeps its own cause and time, as the SQL of the real table has it. */
const lives = (row: FamilyRow, at: number): boolean =>
  row.endedAt === null && row.idleExpiresAt > at && row.absoluteExpiresAt > at;

export interface State {
  families: readonly FamilyRow[];
  sessions: readonly SessionRow[];
  /**
   * What really happened to each family. The witness writes it in the same transaction, so that it is lost and
   * restored together with the rows; nobody else reads it.
   */
  histories: readonly History[];
}

/**
 * One object's storage as workerd has it: what a transaction wrote is seen at once by the next one, and is durable
 * only after a commit.
 */
export class Storage {
  durable: State = { families: [], sessions: [], histories: [] };
  /** What the object sees: the durable state and what waits for its commit. */
  memory: State = this.durable;
  readonly #record = recordOver(this);

  /** A throw undoes what was written since its beginning. */
  transaction<T>(body: (user: UserRecord) => T): T {
    const before = this.memory;
    try {
      return body(this.#record);
    } catch (error) {
      this.memory = before;
      throw error;
    }
  }

  commit(): void {
    this.durable = this.memory;
  }

  lose(): void {
    this.memory = this.durable;
  }

  restore(backup: State): void {
    this.durable = backup;
    this.memory = backup;
  }

  /** Families are bound to a key when they are founded; src/user/families.ts has no way to do so yet. */
  bind(familyId: string, dpopJkt: string): void {
    const families = this.memory.families.map((row) =>
      row.familyId === familyId ? { ...row, dpopJkt } : row,
    );
    this.memory = { ...this.memory, families };
  }

  remember(family: number, history: History): void {
    const histories = [...this.memory.histories];
    histories[family] = history;
    this.memory = { ...this.memory, histories };
  }
}

/** The tables of src/user/tables that a refresh and an end touch, each statement as an update of the state. */
function recordOver(storage: Storage): UserRecord {
  const updateFamilies = (where: (row: FamilyRow) => boolean, set: Partial<FamilyRow>): void => {
    const families = storage.memory.families.map((row) => (where(row) ? { ...row, ...set } : row));
    storage.memory = { ...storage.memory, families };
  };
  const updateSessions = (where: (row: SessionRow) => boolean, set: Partial<SessionRow>): void => {
    const sessions = storage.memory.sessions.map((row) => (where(row) ? { ...row, ...set } : row));
    storage.memory = { ...storage.memory, sessions };
  };
  const unborn = { generation: 0, previousHash: null, salt: null, sessionProved: false };
  const alive = { endedAt: null, endCause: null };

  const record = {
    // Every request here comes from nowhere: the rule is looked at, not what is compared beside it.
    riskPolicy: { enabled: true, dryRun: false, maximumSpeed: 1000, rememberedFor: 0, answers: {} },
    profile: {
      get: () => ({ userId: 'user', email: '', emailVerified: true, name: '' }),
      createdAt: () => 0,
      disabledAt: () => null,
    },
    passwordDoors: { clear: () => {} },
    // Nobody here has a second factor to be spared.
    trustedDevices: { removeAll: () => {} },
    sessions: {
      get: (sessionId: string) => storage.memory.sessions.find((row) => row.sessionId === sessionId),
      all: () => [...storage.memory.sessions],
      insert: (row: Omit<SessionRow, 'endedAt' | 'endCause'>) => {
        const sessions = [...storage.memory.sessions, { ...row, ...alive }];
        storage.memory = { ...storage.memory, sessions };
      },
      setSeen: () => {},
      touch: (sessionId: string, lastUsedAt: number) =>
        updateSessions((row) => row.sessionId === sessionId, { lastUsedAt }),
      end: (sessionId: string, endCause: EndCause, endedAt: number) =>
        updateSessions((row) => row.sessionId === sessionId && row.endedAt === null, { endedAt, endCause }),
    },
    // Clients are told of an end by the object's alarm, which this model has not.
    sessionClients: { of: () => [] },
    families: {
      get: (familyId: string) => storage.memory.families.find((row) => row.familyId === familyId),
      insert: (row: Omit<FamilyRow, keyof typeof unborn | keyof typeof alive>) => {
        const families = [...storage.memory.families, { ...row, ...unborn, ...alive }];
        storage.memory = { ...storage.memory, families };
      },
      rotate: (familyId: string, next: Family) => {
        const { generation, currentHash, previousHash, salt, rotatedAt, sessionProved, idleExpiresAt } = next;
        updateFamilies((row) => row.familyId === familyId, {
          generation,
          currentHash,
          previousHash,
          salt,
          rotatedAt,
          sessionProved,
          idleExpiresAt,
        });
      },
      end: (familyId: string, endCause: EndCause, endedAt: number) =>
        updateFamilies((row) => row.familyId === familyId && row.endedAt === null, { endedAt, endCause }),
      endOfSession: (sessionId: string, endCause: EndCause, endedAt: number) =>
        updateFamilies((row) => row.sessionId === sessionId && !row.offline && lives(row, endedAt), {
          endedAt,
          endCause,
        }),
      endAll: (endCause: EndCause, endedAt: number, except: string | null = null) =>
        updateFamilies((row) => lives(row, endedAt) && row.sessionId !== except, { endedAt, endCause }),
    },
    note: () => {},
    wakeBy: () => {},
  };
  // The real one is made of SQL; its statements have tests of their own, against SQLite, in test/user.
  return record as unknown as UserRecord;
}
