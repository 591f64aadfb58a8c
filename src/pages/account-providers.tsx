import { type Fault, faultInWords } from '../texts/fault.ts';
import { Alert } from './alert.tsx';
import { Email } from './email.tsx';
import { HiddenFields } from './hidden-fields.tsx';
import { CourtLayout } from './layout.tsx';
import { usePresentation } from './presentation.tsx';
import type { ProviderChoice } from './providers.tsx';
import { Time } from './time.tsx';
import { Words } from './words.tsx';

export interface ConnectedProvider extends ProviderChoice {
  issuer: string;
  subject: string;
  /** What the provider says of the person there. */
  email?: string | undefined;
  /** Milliseconds since the epoch. */
  linkedAt: number;
  lastUsedAt: number;
}

export interface AccountProvidersPageProps {
  connected: readonly ConnectedProvider[];
  /** Those that can be connected. */
  open: readonly ProviderChoice[];
  fault?: Fault | undefined;
}

const ConnectedItem = ({ one }: { one: ConnectedProvider }) => {
  const { providers } = usePresentation().texts;
  const { label, issuer, subject, email, linkedAt, lastUsedAt } = one;
  return (
    <li class="row">
      <div class="row-text">
        <h3>
          <bdi>{label}</bdi>
        </h3>
        {email && (
          <p>
            <Email address={email} />
          </p>
        )}
        <p>
          <Words text={providers.lastUsed} values={{ time: <Time at={lastUsedAt} /> }} />
        </p>
        <p>
          <Words text={providers.connectedSince} values={{ time: <Time at={linkedAt} /> }} />
        </p>
      </div>
      <form method="post" action="/account/providers/disconnect">
        <HiddenFields values={{ issuer, subject }} />
        <button class="button quiet small" type="submit">
          {providers.disconnect} <span class="unseen">{label}</span>
        </button>
      </form>
    </li>
  );
};

/** The providers that the person signs in with. */
export const AccountProvidersPage = ({ connected, open, fault }: AccountProvidersPageProps) => {
  const presentation = usePresentation();
  const { providers } = presentation.texts;
  return (
    <CourtLayout title={providers.title}>
      <div class="hero">
        <h1>{providers.title}</h1>
        <p>
          <a href="/account">{providers.back}</a>
        </p>
      </div>
      {fault && <Alert id="form-error" message={faultInWords(presentation, fault)} />}
      <section aria-labelledby="connected">
        <h2 id="connected">{providers.connected}</h2>
        {connected.length === 0 ? (
          <p class="empty">{providers.noneConnected}</p>
        ) : (
          <ul>
            {connected.map((one) => (
              <ConnectedItem one={one} />
            ))}
          </ul>
        )}
      </section>
      {open.length > 0 && (
        <section aria-labelledby="connect">
          <h2 id="connect">{providers.connectAnother}</h2>
          <form method="post" action="/account/providers/connect" class="actions">
            {open.map(({ provider, label }) => (
              <button class="button quiet" type="submit" name="provider" value={provider}>
                <Words text={providers.connectThis} values={{ provider: <bdi>{label}</bdi> }} />
              </button>
            ))}
          </form>
        </section>
      )}
    </CourtLayout>
  );
};
