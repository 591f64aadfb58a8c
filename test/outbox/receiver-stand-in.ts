import { vi } from 'vitest';
import type { OutgoingEvent } from '../../src/outbox/receiver.ts';
import type { Profile } from '../../src/user/types.ts';

export const profile: Profile = {
  userId: 'dXNlci1vZi1hLXRlc3Q',
  email: 'ada@example.com',
  emailVerified: true,
  name: 'Ada',
};

/** An event as it leaves the user's object. */
export const eventOf = (changes: Partial<OutgoingEvent> = {}): OutgoingEvent => ({
  eventId: 'ZXZlbnQtb25l',
  userId: profile.userId,
  sequence: 7,
  type: 'session_ended',
  at: Date.UTC(2026, 10, 14, 9, 5, 1, 234),
  detail: { sessionId: 'c2Vzc2lvbg', cause: 'sign_out', requestId: '8f1d2c3b4a596877' },
  ...changes,
});

/** Takes the place of `fetch`: what was sent, and an answer to it. */
export function standIn(answer: (request: Request) => Response | Promise<Response>) {
  const sent: { request: Request; body: string; redirect: string | undefined }[] = [];
  vi.stubGlobal('fetch', async (url: string, init: RequestInit) => {
    const request = new Request(url, init);
    sent.push({ request, body: String(init.body), redirect: init.redirect });
    return answer(request);
  });
  return sent;
}
