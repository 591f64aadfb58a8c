import type { ToldAnswer } from '../core/risk/policy.ts';
import type { Signal } from '../core/risk/signal.ts';
import type { SecurityEventType } from '../user/security-events.ts';
import { type AccountEnd, Ends } from './account-ends.tsx';
import { CourtLayout } from './layout.tsx';
import { usePresentation } from './presentation.tsx';
import { Time } from './time.tsx';

export interface ActivityEvent {
  type: SecurityEventType;
  /** Milliseconds since the epoch. */
  at: number;
  /** The browser, its place, the app and the provider, where they are known. */
  deviceName?: string | undefined;
  place: string;
  clientName?: string | undefined;
  providerLabel?: string | undefined;
  /** A sign-in in a browser in which nobody of this account had signed in before. */
  isNewDevice: boolean;
  /** What was unusual, and what was done about it. */
  noticed?: { signals: Signal[]; answer: ToldAnswer } | undefined;
}

export interface ActivityPageProps {
  /** Newest first. */
  events: ActivityEvent[];
  /** Newest first. */
  ended: AccountEnd[];
}

/** Where somebody else may have had a hand in it. */
const suspicious: readonly SecurityEventType[] = [
  'family_reuse',
  'family_token_mismatch',
  'code_reuse',
  'passkey_counter_went_back',
  'second_factor_locked',
  'risk_signals',
];

const EventItem = ({ event }: { event: ActivityEvent }) => {
  const { account, activity, risk } = usePresentation().texts;
  const details = [event.clientName, event.providerLabel, event.deviceName, event.place].filter(Boolean);
  return (
    <li class="row">
      <div class="row-text">
        <h3>
          <span>{activity.events[event.type]}</span>
          {event.isNewDevice && <span class="badge quiet">{activity.newDevice}</span>}
          {suspicious.includes(event.type) && <span class="badge warning">{account.security}</span>}
        </h3>
        {event.noticed && (
          <p>
            {event.noticed.signals.map((signal) => risk.signals[signal]).join(', ')}.{' '}
            {risk.answers[event.noticed.answer]}
          </p>
        )}
        {details.length > 0 && (
          <p>
            {details.map((detail, index) => (
              <>
                {index > 0 && ' · '}
                <bdi>{detail}</bdi>
              </>
            ))}
          </p>
        )}
        <p>
          <Time at={event.at} />
        </p>
      </div>
    </li>
  );
};

/** What happened to the account, in words. */
export const ActivityPage = ({ events, ended }: ActivityPageProps) => {
  const { activity } = usePresentation().texts;
  return (
    <CourtLayout title={activity.title}>
      <div class="hero">
        <h1>{activity.title}</h1>
        <p class="lead">{activity.lead}</p>
        <ul class="ways">
          <li>
            <a href="/account">{activity.back}</a>
          </li>
          <li>
            <a href="/account/password">{activity.changePassword}</a>
          </li>
          <li>
            <a href="/account#sessions">{activity.signOut}</a>
          </li>
        </ul>
      </div>
      <section aria-labelledby="ended">
        <h2 id="ended">{activity.ended}</h2>
        <Ends ended={ended} />
      </section>
      <section aria-labelledby="happened">
        <h2 id="happened">{activity.happened}</h2>
        {events.length === 0 ? (
          <p class="empty">{activity.nothing}</p>
        ) : (
          <ul>
            {events.map((event) => (
              <EventItem event={event} />
            ))}
          </ul>
        )}
      </section>
    </CourtLayout>
  );
};
