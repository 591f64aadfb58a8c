import type { UserRecord } from './record.ts';

/** Where a user's chain of events ends. */
export interface AuditHead {
  sequence: number;
  /** SHA-256, base64url. */
  hash: string;
}

/** Undefined where there is no event of the chain yet. */
export function auditHeadOf(user: UserRecord): AuditHead | undefined {
  const head = user.events.head();
  return head && head.hash !== null ? { sequence: head.sequence, hash: head.hash } : undefined;
}
