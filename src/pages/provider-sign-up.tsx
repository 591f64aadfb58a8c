import { type Fault, faultInWords } from '../texts/fault.ts';
import { Email } from './email.tsx';
import { Field } from './field.tsx';
import { GateLayout } from './layout.tsx';
import { MAXIMUM_EMAIL_LENGTH, MAXIMUM_NAME_LENGTH } from './limits.ts';
import { usePresentation } from './presentation.tsx';
import { Words } from './words.tsx';

export interface ProviderSignUpPageProps {
  /** The provider that the person signed in with. */
  label: string;
  /** What the provider says, or what was typed before. */
  email?: string | undefined;
  displayName?: string | undefined;
  /** Whether the address is proved, and stays as it is. */
  fixedEmail?: boolean;
  fault?: (Fault & { field: 'email' | 'name' | 'password' }) | undefined;
  signInHref: string;
}

/** The person proved who they are at a provider, and has no account yet: what the provider says is theirs to correct. */
export const ProviderSignUpPage = (props: ProviderSignUpPageProps) => {
  const { label, email, fixedEmail, displayName, fault, signInHref } = props;
  const presentation = usePresentation();
  const { providers } = presentation.texts;
  const errorOf = (field: 'email' | 'name') =>
    fault?.field === field ? faultInWords(presentation, fault) : undefined;
  const provider = <bdi>{label}</bdi>;
  return (
    <GateLayout title={providers.signUpTitle} faulty={fault !== undefined}>
      <h1>{providers.signUpHeading}</h1>
      <p class="lead">
        <Words text={providers.signUpLead} values={{ provider }} />
      </p>
      <form method="post" action="/signup/provider">
        <Field
          name="name"
          label={providers.name}
          type="text"
          autocomplete="name"
          value={displayName}
          error={errorOf('name')}
          maxlength={MAXIMUM_NAME_LENGTH}
          autofocus={fault?.field === 'name'}
        />
        <Field
          name="email"
          label={providers.email}
          type="email"
          autocomplete="email"
          value={email}
          error={errorOf('email')}
          readonly={fixedEmail}
          maxlength={MAXIMUM_EMAIL_LENGTH}
          autofocus={fault?.field === 'email'}
        />
        <button class="button" type="submit">
          {providers.signUpSubmit}
        </button>
      </form>
      <p class="aside">
        <Words
          text={providers.haveAccount}
          values={{ provider, signIn: <a href={signInHref}>{providers.signIn}</a> }}
        />
      </p>
    </GateLayout>
  );
};

export interface ProviderEmailKnownPageProps {
  label: string;
  email: string;
  /** Where the person signs in as they always do. */
  signInHref: string;
}

/** An account has the email that the provider tells; that is no proof that it is the same person's. */
export const ProviderEmailKnownPage = ({ label, email, signInHref }: ProviderEmailKnownPageProps) => {
  const { providers } = usePresentation().texts;
  return (
    <GateLayout title={providers.emailKnownTitle}>
      <h1>{providers.emailKnownTitle}</h1>
      <p class="lead">
        <Words
          text={providers.emailKnownLead}
          values={{ email: <Email address={email} />, provider: <bdi>{label}</bdi> }}
        />
      </p>
      <a class="button" href={signInHref}>
        {providers.signIn}
      </a>
    </GateLayout>
  );
};
