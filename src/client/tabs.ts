import { sleep } from './clock.ts';
import type { User } from './id-token.ts';

/**
 * What tabs of one origin tell each other. An access token may cross: whatever runs in a tab of this origin could ask
 * for one by itself. A refresh token never does.
 */
export type TabMessage =
  /**
   * `left`: how long it still works, in milliseconds; no clock of another tab has to be believed. `signIn`: somebody just
   * signed in.
   */
  | { kind: 'tokens'; accessToken: string; user: User; left: number; signIn: boolean }
  /** With a reason when nobody asked for it. */
  | { kind: 'signed_out'; reason?: string | undefined }
  /** The issuer is not to be asked for so many milliseconds. */
  | { kind: 'unavailable'; wait: number };

/** How long a tab waits at least for another one's renewal before it asks by itself, in milliseconds. */
const patience = 4_000;
/** How long the lock outlasts the news that it was for: by then they have arrived. Milliseconds. */
const afterglow = 50;

/** Other tabs of this origin, and the lock that lets one of them ask for all. */
export function openTabs(name: string, hear: (message: TabMessage) => void) {
  // On a server there are no tabs, and an open channel would keep the process from ending.
  const channel = 'document' in globalThis ? new BroadcastChannel(name) : undefined;
  let waiting: AbortController | undefined;
  if (channel) channel.onmessage = ({ data }: MessageEvent<TabMessage>) => hear(data);

  return {
    tell: (message: TabMessage) => channel?.postMessage(message),

    /** What a waiting task waited for has come from another tab. */
    wake: () => waiting?.abort(),

    /**
     * Runs `task` while no other tab runs its own, so that one renewal serves all. An optimisation and nothing more:
     * after some seconds it runs in any case, since a frozen tab may hold the lock and the issuer answers everybody
     * with the same successor.
     */
    alone<T>(task: () => Promise<T>): Promise<T> {
      const controller = new AbortController();
      waiting = controller;
      setTimeout(() => controller.abort(), patience + 2_000 * Math.random());
      let begun = false;
      return new Promise<T>((resolve, reject) => {
        const run = () => {
          begun = true;
          return task().then(resolve, reject);
        };
        const locked = async () => {
          await run();
          await sleep(afterglow);
        };
        // Absent outside secure contexts and in old browsers, forbidden in sandboxed frames.
        Promise.resolve(navigator.locks?.request(name, { signal: controller.signal }, locked))
          .catch(() => {})
          .then(() => (begun ? undefined : run()));
      });
    },
  };
}

export type Tabs = ReturnType<typeof openTabs>;
