import type { Environment } from '../environment.ts';
import { backChannel } from '../logout/back-channel.ts';
import { report } from '../report.ts';
import { failed, inTurns, settled } from './logouts.ts';
import type { UserRecord } from './record.ts';
import type { LogoutNotice } from './tables/logout-notice.ts';

/** Tells clients of ended sessions. */
export class ClientTeller {
  #channel: ReturnType<typeof backChannel> | undefined;

  /** What became of each notice is written down at once. */
  tell(
    environment: Environment,
    transaction: <T>(use: (user: UserRecord, now: number) => T) => T,
    { userId, objectId }: { userId: string; objectId: string },
    notices: readonly LogoutNotice[],
  ): Promise<void> {
    return inTurns(notices, async (notice) => {
      try {
        this.#channel ??= backChannel(environment);
        const tell = await this.#channel;
        await tell({ ...notice, userId });
        transaction((user) => settled(user, notice));
      } catch (error) {
        report('user.logout_not_told', objectId, error);
        transaction((user, now) => failed(user, notice, now));
      }
    });
  }
}
