import { endCauses } from '../user/end-cause.ts';
import type { EndCause, Profile } from '../user/types.ts';
import { type AgreementInWords, AgreementList } from './agreement.tsx';
import { Email } from './email.tsx';
import { CourtLayout } from './layout.tsx';
import { Time } from './time.tsx';

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
  name: string;
  profile: Profile;
  sessions: AccountSession[];
  /** The names of clients that keep their access although their session is over (offline_access). */
  offlineApps: string[];
  /** What the person allowed apps, the newest first. */
  consents: AccountConsent[];
  /** Newest first. */
  ended: AccountEnd[];
}

/** What people look for first is where they are. */
const ownFirst = (sessions: readonly AccountSession[]): AccountSession[] =>
  sessions.toSorted((one, other) => Number(other.current) - Number(one.current));

const SessionItem = ({ session }: { session: AccountSession }) => (
  <li class="row">
    <div class="row-text">
      <h3>
        <bdi>{session.deviceName}</bdi>
        {session.current && <span class="badge">This device</span>}
      </h3>
      {session.place && (
        <p>
          <bdi>{session.place}</bdi>
        </p>
      )}
      <p>
        Last used <Time at={session.lastUsedAt * 1000} />
      </p>
      <p>
        Signed in <Time at={session.createdAt * 1000} />
      </p>
      {session.apps.length > 0 && (
        <p>
          Apps:{' '}
          {session.apps.map((app, index) => (
            <>
              {index > 0 && ', '}
              <bdi>{app}</bdi>
            </>
          ))}
        </p>
      )}
    </div>
    <form method="post" action="/account/sign-out">
      <input type="hidden" name="session_id" value={session.sessionId} />
      <button class="button quiet small" type="submit">
        Sign out{' '}
        <span class="unseen">
          {session.deviceName}
          {session.current && ', this device'}
        </span>
      </button>
    </form>
  </li>
);

const ConsentItem = ({ consent }: { consent: AccountConsent }) => (
  <li class="row">
    <div class="row-text">
      <h3>
        <bdi>{consent.clientName}</bdi>
      </h3>
      <AgreementList {...consent.may} />
      <p>
        Since <Time at={consent.grantedAt * 1000} />
      </p>
    </div>
    <form method="post" action="/account/revoke-consent">
      <input type="hidden" name="client_id" value={consent.clientId} />
      <button class="button quiet small" type="submit">
        Take back <span class="unseen">what {consent.clientName} may do</span>
      </button>
    </form>
  </li>
);

const EndItem = ({ end }: { end: AccountEnd }) => {
  const { sentence, suspicious } = endCauses[end.cause];
  return (
    <li class="row">
      <div class="row-text">
        <h3>
          {end.what === 'app' ? (
            <span>
              <bdi>{end.clientName ?? 'An app'}</bdi> lost its access
            </span>
          ) : (
            <span>
              <bdi>{end.deviceName}</bdi> was signed out
            </span>
          )}
          {suspicious && <span class="badge warning">Security</span>}
        </h3>
        <p class="sentence">{sentence}</p>
        <p>
          {end.what === 'app' && (
            <>
              <bdi>{end.deviceName}</bdi> ·{' '}
            </>
          )}
          <Time at={end.endedAt * 1000} />
        </p>
      </div>
    </li>
  );
};

export const AccountPage = ({ name, profile, sessions, offlineApps, consents, ended }: AccountPageProps) => (
  <CourtLayout name={name} title="Your account">
    <div class="hero">
      <h1>Your account</h1>
      <p class="lead">
        <strong dir="auto">{profile.name}</strong>
        <br />
        <Email address={profile.email} />
      </p>
      <p>
        <a href="/account/profile">Edit your profile</a> ·{' '}
        <a href="/account/password">Change your password</a>
      </p>
    </div>
    <section aria-labelledby="sessions">
      <h2 id="sessions">Where you are signed in</h2>
      <ul>
        {ownFirst(sessions).map((session) => (
          <SessionItem session={session} />
        ))}
      </ul>
      {offlineApps.length > 0 && (
        <p class="empty">
          These apps keep their access while you are away: <bdi>{offlineApps.join(', ')}</bdi>. Signing out
          everywhere ends it.
        </p>
      )}
      <div class="actions">
        {sessions.some((session) => !session.current) && (
          <form method="post" action="/account/sign-out-others">
            <button class="button" type="submit">
              Sign out everywhere else
            </button>
          </form>
        )}
        <form method="post" action="/account/sign-out-everywhere">
          <button class="button danger" type="submit">
            Sign out everywhere
          </button>
        </form>
      </div>
    </section>
    <section aria-labelledby="consents">
      <h2 id="consents">What you allowed apps</h2>
      {consents.length === 0 ? (
        <p class="empty">
          No app had to ask you. When one does and you allow it, it appears here, and you can take it back.
        </p>
      ) : (
        <ul>
          {consents.map((consent) => (
            <ConsentItem consent={consent} />
          ))}
        </ul>
      )}
    </section>
    <section aria-labelledby="ended">
      <h2 id="ended">Why was I signed out?</h2>
      {ended.length === 0 ? (
        <p class="empty">
          Nothing has ended yet. When a sign-in or an app’s access ends, the reason appears here.
        </p>
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
