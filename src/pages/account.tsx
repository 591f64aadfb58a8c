import { fill } from '../texts/text.ts';
import { isSuspicious } from '../user/end-cause.ts';
import type { EndCause, Profile } from '../user/types.ts';
import { type AgreementInWords, AgreementList } from './agreement.tsx';
import { Email } from './email.tsx';
import { CourtLayout } from './layout.tsx';
import { Names } from './names.tsx';
import { usePresentation } from './presentation.tsx';
import { Time } from './time.tsx';
import { Words } from './words.tsx';

export interface AccountSession {
  sessionId: string;
  deviceName: string;
  /** City and country, or empty. */
  place: string;
  /** Seconds since the epoch. */
  createdAt: number;
  /** Seconds since the epoch. */
  lastUsedAt: number;
  /** The session that this page is shown in. */
  current: boolean;
  /** The names of the clients with access through it. */
  apps: string[];
}

export interface AccountConsent {
  clientId: string;
  clientName: string;
  may: AgreementInWords;
  /** Seconds since the epoch. */
  grantedAt: number;
}

export interface AccountEnd {
  what: 'session' | 'app';
  clientName?: string | undefined;
  deviceName: string;
  cause: EndCause;
  /** Seconds since the epoch. */
  endedAt: number;
}

export interface AccountPageProps {
  profile: Profile;
  sessions: AccountSession[];
  /** The names of clients that keep their access although their session is over (offline_access). */
  offlineApps: string[];
  /** What the person allowed apps, the newest first. */
  consents: AccountConsent[];
  /** Newest first. */
  ended: AccountEnd[];
  /** Which ways to sign in there are. */
  withPassword: boolean;
  withPasskeys: boolean;
  withSecondFactor: boolean;
  /** Whether an address that nobody has proved yet can be confirmed by mail. */
  canVerify?: boolean;
}

/** What people look for first is where they are. */
const ownFirst = (sessions: readonly AccountSession[]): AccountSession[] =>
  sessions.toSorted((one, other) => Number(other.current) - Number(one.current));

const SessionItem = ({ session }: { session: AccountSession }) => {
  const { account } = usePresentation().texts;
  const { sessionId, deviceName, place, createdAt, lastUsedAt, current, apps } = session;
  return (
    <li class="row">
      <div class="row-text">
        <h3>
          <bdi>{deviceName}</bdi>
          {current && <span class="badge">{account.thisDevice}</span>}
        </h3>
        {place && (
          <p>
            <bdi>{place}</bdi>
          </p>
        )}
        <p>
          <Words text={account.lastUsed} values={{ time: <Time at={lastUsedAt * 1000} /> }} />
        </p>
        <p>
          <Words text={account.signedIn} values={{ time: <Time at={createdAt * 1000} /> }} />
        </p>
        {apps.length > 0 && (
          <p>
            <Words text={account.apps} values={{ apps: <Names names={apps} /> }} />
          </p>
        )}
      </div>
      <form method="post" action="/account/sign-out">
        <input type="hidden" name="session_id" value={sessionId} />
        <button class="button quiet small" type="submit">
          {account.signOut}{' '}
          <span class="unseen">
            {current ? fill(account.signOutThis, { device: deviceName }) : deviceName}
          </span>
        </button>
      </form>
    </li>
  );
};

const ConsentItem = ({ consent }: { consent: AccountConsent }) => {
  const { account } = usePresentation().texts;
  const { clientId, clientName, may, grantedAt } = consent;
  return (
    <li class="row">
      <div class="row-text">
        <h3>
          <bdi>{clientName}</bdi>
        </h3>
        <AgreementList {...may} />
        <p>
          <Words text={account.since} values={{ time: <Time at={grantedAt * 1000} /> }} />
        </p>
      </div>
      <form method="post" action="/account/revoke-consent">
        <input type="hidden" name="client_id" value={clientId} />
        <button class="button quiet small" type="submit">
          {account.takeBack} <span class="unseen">{fill(account.takeBackWhat, { client: clientName })}</span>
        </button>
      </form>
    </li>
  );
};

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

export const AccountPage = ({
  profile,
  sessions,
  offlineApps,
  consents,
  ended,
  withPassword,
  withPasskeys,
  withSecondFactor,
  canVerify = false,
}: AccountPageProps) => {
  const { account } = usePresentation().texts;
  return (
    <CourtLayout title={account.title}>
      <div class="hero">
        <h1>{account.title}</h1>
        <p class="lead">
          <strong dir="auto">{profile.name}</strong>
          <br />
          <Email address={profile.email} />
        </p>
        <p>
          <a href="/account/profile">{account.editProfile}</a>
          {withPassword && (
            <>
              {' '}
              · <a href="/account/password">{account.changePassword}</a>
            </>
          )}
          {withPasskeys && (
            <>
              {' '}
              · <a href="/account/passkeys">{account.passkeys}</a>
            </>
          )}
          {withSecondFactor && (
            <>
              {' '}
              · <a href="/account/authenticator">{account.secondFactor}</a>
            </>
          )}
        </p>
      </div>
      {canVerify && !profile.emailVerified && (
        <form class="notice" method="post" action="/account/verify">
          <p>{account.unverified}</p>
          <button class="button small" type="submit">
            {account.verify}
          </button>
        </form>
      )}
      <section aria-labelledby="sessions">
        <h2 id="sessions">{account.sessions}</h2>
        <ul>
          {ownFirst(sessions).map((session) => (
            <SessionItem session={session} />
          ))}
        </ul>
        {offlineApps.length > 0 && (
          <p class="empty">
            <Words text={account.offline} values={{ apps: <Names names={offlineApps} /> }} />
          </p>
        )}
        <div class="actions">
          {sessions.some((session) => !session.current) && (
            <form method="post" action="/account/sign-out-others">
              <button class="button" type="submit">
                {account.signOutOthers}
              </button>
            </form>
          )}
          <form method="post" action="/account/sign-out-everywhere">
            <button class="button danger" type="submit">
              {account.signOutEverywhere}
            </button>
          </form>
        </div>
      </section>
      <section aria-labelledby="consents">
        <h2 id="consents">{account.consents}</h2>
        {consents.length === 0 ? (
          <p class="empty">{account.noConsents}</p>
        ) : (
          <ul>
            {consents.map((consent) => (
              <ConsentItem consent={consent} />
            ))}
          </ul>
        )}
      </section>
      <section aria-labelledby="ended">
        <h2 id="ended">{account.ended}</h2>
        {ended.length === 0 ? (
          <p class="empty">{account.noneEnded}</p>
        ) : (
          <ul>
            {ended.map((end) => (
              <EndItem end={end} />
            ))}
          </ul>
        )}
      </section>
    </CourtLayout>
  );
};
