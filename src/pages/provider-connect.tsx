import { fill } from '../texts/text.ts';
import { Email } from './email.tsx';
import { HiddenFields } from './hidden-fields.tsx';
import { GateLayout } from './layout.tsx';
import { usePresentation } from './presentation.tsx';
import { Words } from './words.tsx';

export interface ProviderConnectPageProps {
  label: string;
  /** What the provider says of the person there. */
  email?: string | undefined;
  /** Of the account that is signed in. */
  accountEmail: string;
  flow?: string | undefined;
}

/** The person signed in to the account; now they say whether the identity is theirs, too. */
export const ProviderConnectPage = ({ label, email, accountEmail, flow }: ProviderConnectPageProps) => {
  const { providers } = usePresentation().texts;
  const values = { provider: <bdi>{label}</bdi>, account: <Email address={accountEmail} /> };
  return (
    <GateLayout title={fill(providers.connectTitle, { provider: label })}>
      <h1>
        <Words text={providers.connectTitle} values={values} />
      </h1>
      <p class="lead">
        {email === undefined ? (
          <Words text={providers.connectLead} values={values} />
        ) : (
          <Words
            text={providers.connectLeadWithEmail}
            values={{ ...values, email: <Email address={email} /> }}
          />
        )}
      </p>
      <form method="post" action="/signin/provider/connect">
        <HiddenFields values={{ flow }} />
        <button class="button" type="submit" name="decision" value="connect">
          {providers.connect}
        </button>
        <button class="button quiet" type="submit" name="decision" value="skip">
          {providers.notNow}
        </button>
      </form>
    </GateLayout>
  );
};
