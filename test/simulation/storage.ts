import type { Family } from '../../src/core/family/rule.ts';
import type { SessionLife } from '../../src/core/session/rule.ts';
import type { EndCause } from '../../src/user/types.ts';
import type { History } from './witness.ts';

export interface FamilyRow extends Family {
  familyId: string;
  sessionId: string;
  offline: boolean;
  endCause: EndCause | null;
}

export interface SessionRow extends SessionLife {
  sessionId: string;
  endedAt: number | null;
  endCause: EndCause | null;
}

/** Never changed in place, so that a reference to it is a backup. */
export interface State {
  families: readonly FamilyRow[];
  sessions: readonly SessionRow[];
  /** What really happened to each family. Written by the witness, in the same transaction, so that it is lost and
   * restored together with the rows; nobody else reads it. */
  histories: readonly History[];
}

/**
 * One object's storage as workerd has it: what a transaction wrote is seen at once by the next one, and is durable
 * only after a commit. Statements do what those of src/user/store.ts do.
 */
export class Storage {
  durable: State;
  /** What the object sees: the durable state and what waits for its commit. */
  memory: State;

  constructor(state: State) {
    this.durable = state;
    this.memory = state;
  }

  /** A throw undoes what was written since its beginning. */
  transaction<T>(body: () => T): T {
    const before = this.memory;
    try {
      return body();
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

  family(familyId: string): FamilyRow | undefined {
    return this.memory.families.find((row) => row.familyId === familyId);
  }

  session(sessionId: string): SessionRow | undefined {
    return this.memory.sessions.find((row) => row.sessionId === sessionId);
  }

  rotateFamily(familyId: string, next: Family): void {
    const { generation, currentHash, previousHash, salt, rotatedAt, idleExpiresAt } = next;
    this.updateFamilies((row) =>
      row.familyId === familyId
        ? { ...row, generation, currentHash, previousHash, salt, rotatedAt, idleExpiresAt }
        : row,
    );
  }

  endFamily(familyId: string, endCause: EndCause, endedAt: number): void {
    this.updateFamilies((row) =>
      row.familyId === familyId && row.endedAt === null ? { ...row, endedAt, endCause } : row,
    );
  }

  endFamiliesOfSession(sessionId: string, endCause: EndCause, endedAt: number): void {
    this.updateFamilies((row) =>
      row.sessionId === sessionId && !row.offline && row.endedAt === null
        ? { ...row, endedAt, endCause }
        : row,
    );
  }

  endFamilies(endCause: EndCause, endedAt: number): void {
    this.updateFamilies((row) => (row.endedAt === null ? { ...row, endedAt, endCause } : row));
  }

  endSession(sessionId: string, endCause: EndCause, endedAt: number): void {
    this.updateSessions((row) =>
      row.sessionId === sessionId && row.endedAt === null ? { ...row, endedAt, endCause } : row,
    );
  }

  endSessions(endCause: EndCause, endedAt: number): void {
    this.updateSessions((row) => (row.endedAt === null ? { ...row, endedAt, endCause } : row));
  }

  touchSession(sessionId: string, lastUsedAt: number): void {
    this.updateSessions((row) => (row.sessionId === sessionId ? { ...row, lastUsedAt } : row));
  }

  updateFamilies(change: (row: FamilyRow) => FamilyRow): void {
    this.memory = { ...this.memory, families: this.memory.families.map(change) };
  }

  updateSessions(change: (row: SessionRow) => SessionRow): void {
    this.memory = { ...this.memory, sessions: this.memory.sessions.map(change) };
  }

  remember(index: number, history: History): void {
    this.memory = { ...this.memory, histories: this.memory.histories.with(index, history) };
  }
}
