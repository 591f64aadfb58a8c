import type { AccountEnd } from '../../pages/account-ends.tsx';
import type { Texts } from '../../texts/texts.ts';
import { deviceName } from '../../user/device.ts';
import type { AccountEnd as StoredEnd } from '../../user/types.ts';

/** Ends as the pages show them: the access of an app that ended with its sign-in is told once, with that. */
export const endsShown = (
  ends: readonly StoredEnd[],
  clientName: (clientId: string) => string,
  texts: Texts,
): AccountEnd[] =>
  ends
    .filter((end) => end.what === 'session' || !end.withSession)
    .map((end) => ({
      what: end.what === 'session' ? 'session' : 'app',
      clientName: end.clientId === undefined ? undefined : clientName(end.clientId),
      deviceName: deviceName(end.userAgent, texts),
      cause: end.cause,
      endedAt: Math.floor(end.endedAt / 1000),
    }));
