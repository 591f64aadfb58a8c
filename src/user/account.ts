import { familyEnd } from './families.ts';
import { methodsOf } from './methods.ts';
import type { UserRecord } from './record.ts';
import { securityEventsOf } from './security-events.ts';
import { sessionEnd } from './sessions.ts';
import type { Account, AccountEnd, AccountSession } from './types.ts';

const ENDS_SHOWN = 50;

/** What a person, or an administrator, may see of an account; undefined for an object that is no user. */
export function accountOf(user: UserRecord, now: number): Account | undefined {
  const profile = user.profile.get();
  if (!profile) return undefined;
  const rows = user.sessions.all();
  const byId = new Map(rows.map((row) => [row.sessionId, row]));
  const ends: AccountEnd[] = [];
  const families = user.families.all().filter((family) => {
    const end = familyEnd(user, family, now);
    const session = byId.get(family.sessionId);
    if (end) {
      ends.push({
        what: 'family',
        ...end,
        sessionId: family.sessionId,
        clientId: family.clientId,
        generation: family.generation,
        userAgent: session?.userAgent ?? '',
        place: session?.place ?? '',
        withSession: session !== undefined && session.endedAt === end.endedAt,
      });
    }
    return !end;
  });
  const sessions: AccountSession[] = [];
  for (const row of rows) {
    const { sessionId, userAgent, place, createdAt } = row;
    const end = sessionEnd(row, now);
    if (end) {
      ends.push({ what: 'session', ...end, sessionId, userAgent, place, withSession: true });
      continue;
    }
    const own = families.filter((family) => family.sessionId === sessionId);
    const lastUsedAt = Math.max(row.lastUsedAt, ...own.map((family) => family.rotatedAt));
    const clientIds = [...new Set(own.map((family) => family.clientId))];
    sessions.push({ sessionId, userAgent, place, createdAt, lastUsedAt, clientIds });
  }
  ends.sort((a, b) => b.endedAt - a.endedAt);
  const offline = families.filter(
    (family) => !sessions.some((session) => session.sessionId === family.sessionId),
  );
  return {
    profile,
    methods: methodsOf(user),
    events: securityEventsOf(user),
    disabledAt: user.profile.disabledAt(),
    sessions,
    consents: user.consents.all().map(({ agreement, ...row }) => ({ ...row, ...agreement })),
    offlineClientIds: [...new Set(offline.map((family) => family.clientId))],
    ends: ends.slice(0, ENDS_SHOWN),
  };
}
