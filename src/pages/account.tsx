import { fill } from '../texts/text.ts';
import { isSuspicious } from '../user/end-cause.ts';
import type { AccountMethods, Profile } from '../user/types.ts';
import { type AccountEnd, Ends } from './account-ends.tsx';
import { MethodsSection, type OfferedMethods } from './account-methods.tsx';
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

export interface AccountPageProps {
  profile: Profile;
  methods: AccountMethods;
  sessions: AccountSession[];
  /** The names of clients that keep their access although their session is over (offline_access). */
  offlineApps: string[];
  /** What the person allowed apps, the newest first. */
  consents: AccountConsent[];
  /** Newest first. */
  ended: AccountEnd[];
  offered: OfferedMethods;
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

const SessionsSection = ({ sessions, offlineApps }: Pick<AccountPageProps, 'sessions' | 'offlineApps'>) => {
  const { account } = usePresentation().texts;
  return (
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
  );
};

const ConsentsSection = ({ consents }: Pick<AccountPageProps, 'consents'>) => {
  const { account } = usePresentation().texts;
  return (
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
  );
};

const DataSection = () => {
  const { account } = usePresentation().texts;
  return (
    <section aria-labelledby="data">
      <h2 id="data">{account.data}</h2>
      <p class="empty">{account.dataLead}</p>
      <div class="actions">
        <a class="button quiet" href="/account/data">
          {account.download}
        </a>
        <a class="button danger" href="/account/delete">
          {account.delete}
        </a>
      </div>
    </section>
  );
};

/** Ends that are shown here; all of them are on the page of the activity. */
const ENDS_SHOWN = 3;

/** What people come for is first: how they sign in, and where they are. */
export const AccountPage = ({
  profile,
  methods,
  offered,
  sessions,
  offlineApps,
  consents,
  ended,
  canVerify = false,
}: AccountPageProps) => {
  const { account } = usePresentation().texts;
  const parts = {
    methods: account.methods,
    sessions: account.sessions,
    consents: account.consents,
    ended: account.ended,
    data: account.data,
  };
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
      {ended.some(({ cause }) => isSuspicious(cause)) && (
        <p class="alert">
          {account.attention} <a href="/account/activity#ended">{account.seeWhat}</a>
        </p>
      )}
      <nav class="guide" aria-label={account.parts}>
        <ul class="ways">
          {Object.entries(parts).map(([id, name]) => (
            <li>
              <a href={`#${id}`}>{name}</a>
            </li>
          ))}
        </ul>
      </nav>
      <MethodsSection profile={profile} methods={methods} offered={offered} />
      <SessionsSection sessions={sessions} offlineApps={offlineApps} />
      <ConsentsSection consents={consents} />
      <section aria-labelledby="ended">
        <h2 id="ended">{account.ended}</h2>
        <Ends ended={ended.slice(0, ENDS_SHOWN)} />
        <p>
          <a href="/account/activity">{account.activity}</a>
        </p>
      </section>
      <DataSection />
    </CourtLayout>
  );
};
