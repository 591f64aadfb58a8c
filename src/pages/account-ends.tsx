import { isSuspicious } from '../user/end-cause.ts';
import type { EndCause } from '../user/types.ts';
import { usePresentation } from './presentation.tsx';
import { Time } from './time.tsx';
import { Words } from './words.tsx';

export interface AccountEnd {
  what: 'session' | 'app';
  clientName?: string | undefined;
  deviceName: string;
  cause: EndCause;
  /** Seconds since the epoch. */
  endedAt: number;
}

const EndItem = ({ end }: { end: AccountEnd }) => {
  const { account, common, endCauses } = usePresentation().texts;
  const device = <bdi>{end.deviceName}</bdi>;
  return (
    <li class="row">
      <div class="row-text">
        <h3>
          <span>
            {end.what === 'app' ? (
              <Words
                text={account.appEnded}
                values={{ client: <bdi>{end.clientName ?? common.anApp}</bdi> }}
              />
            ) : (
              <Words text={account.sessionEnded} values={{ device }} />
            )}
          </span>
          {isSuspicious(end.cause) && <span class="badge warning">{account.security}</span>}
        </h3>
        <p class="sentence">{endCauses[end.cause]}</p>
        <p>
          {end.what === 'app' && <>{device} · </>}
          <Time at={end.endedAt * 1000} />
        </p>
      </div>
    </li>
  );
};

/** Why sessions ended, and the access of apps. */
export const Ends = ({ ended }: { ended: readonly AccountEnd[] }) => {
  const { account } = usePresentation().texts;
  if (ended.length === 0) return <p class="empty">{account.noneEnded}</p>;
  return (
    <ul>
      {ended.map((end) => (
        <EndItem end={end} />
      ))}
    </ul>
  );
};
