import type { Environment } from '../environment.ts';
import { backChannel } from '../logout/back-channel.ts';
import { report } from '../report.ts';
import { count } from '../telemetry/recording.ts';
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
        count('portcullis_logout_tokens_total', { outcome: 'told' });
        transaction((user) => settled(user, notice));
      } catch (error) {
        count('portcullis_logout_tokens_total', { outcome: 'failed' });
        report('user.logout_not_told', error, { objectId });
        transaction((user, now) => failed(user, notice, now));
      }
    });
  }
}
