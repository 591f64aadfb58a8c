import { type Fault, faultInWords } from '../texts/fault.ts';
import { plural } from '../texts/text.ts';
import { Field } from './field.tsx';
import { HiddenFields } from './hidden-fields.tsx';
import { GateLayout } from './layout.tsx';
import { MAXIMUM_EMAIL_LENGTH, MAXIMUM_NAME_LENGTH, MAXIMUM_PASSWORD_LENGTH } from './limits.ts';
import { PasskeyScript, PasskeysMissing } from './passkey.tsx';
import { usePresentation } from './presentation.tsx';
import { ProviderButtons, type ProviderChoice } from './providers.tsx';
import { Strength } from './strength.tsx';
import { ToClient } from './to-client.tsx';
import { Words } from './words.tsx';

export interface SignUpPageProps {
  /** The client that the person is on the way to, if one sent them. */
  clientName?: string | undefined;
  /** Those that people may sign in with. */
  providers?: readonly ProviderChoice[];
  /** Names the sign-in in progress; carried along in the form. */
  flow?: string | undefined;
  /** What was typed before. The password never comes back. */
  email?: string | undefined;
  displayName?: string | undefined;
  /** The shortest password accepted, in characters. */
  minimumLength: number;
  /** What is wrong with a field. */
  fault?: ({ field: 'email' | 'password' | 'name' } & Fault) | undefined;
  signInHref: string;
  /** Whether the address is proved, and stays as it is. */
  fixedEmail?: boolean;
  /** The invitation; carried along in the form. */
  invite?: string | undefined;
  /** What an account may be made with. */
  withPassword: boolean;
  withPasskey: boolean;
}

export const SignUpPage = (props: SignUpPageProps) => {
  const {
    clientName,
    providers = [],
    flow,
    email,
    displayName,
    minimumLength,
    fault,
    signInHref,
    withPassword,
    withPasskey,
    fixedEmail,
    invite,
  } = props;
  const presentation = usePresentation();
  const { signUp } = presentation.texts;
  const errorOf = (field: 'email' | 'password' | 'name') =>
    fault?.field === field ? faultInWords(presentation, fault) : undefined;
  const focused = fault === undefined ? 'name' : fault.field;
  return (
    <GateLayout title={signUp.title} faulty={fault !== undefined}>
      <h1>{signUp.heading}</h1>
      <ToClient name={clientName} />
      {/* With providers alone the form would have nothing to send it with. */}
      {(withPassword || withPasskey) && (
        <form method="post" action={withPassword ? '/signup' : '/signup/passkey'}>
          <HiddenFields values={{ flow, invite }} />
          <Field
            name="name"
            label={signUp.name}
            type="text"
            autocomplete="name"
            value={displayName}
            error={errorOf('name')}
            maxlength={MAXIMUM_NAME_LENGTH}
            autofocus={focused === 'name'}
          />
          {/* `username`, not `email`: it is what the password manager files the new password under. */}
          <Field
            name="email"
            label={signUp.email}
            type="email"
            autocomplete="username"
            value={email}
            error={errorOf('email')}
            readonly={fixedEmail}
            maxlength={MAXIMUM_EMAIL_LENGTH}
            autofocus={focused === 'email'}
          />
          {withPassword && (
            <>
              <Field
                name="password"
                label={signUp.password}
                type="password"
                autocomplete="new-password"
                hint={plural(presentation.language, signUp.passwordHint, minimumLength)}
                error={errorOf('password')}
                minlength={minimumLength}
                maxlength={MAXIMUM_PASSWORD_LENGTH}
                autofocus={focused === 'password'}
              />
              <Strength of="password" />
              <button class="button" type="submit">
                {signUp.submit}
              </button>
            </>
          )}
          {withPasskey && (
            // The password above is not needed then, and the browser must not ask for it.
            <button
              class={withPassword ? 'button quiet' : 'button'}
              type="submit"
              formaction="/signup/passkey"
              formnovalidate={withPassword}
              hidden
              data-passkey-offer
            >
              {signUp.withPasskey}
            </button>
          )}
          {withPasskey && !withPassword && <PasskeysMissing />}
        </form>
      )}
      <ProviderButtons providers={providers} flow={flow} invite={invite} />
      <p class="aside">
        <Words text={signUp.haveAccount} values={{ signIn: <a href={signInHref}>{signUp.signIn}</a> }} />
      </p>
      {withPasskey && <PasskeyScript />}
    </GateLayout>
  );
};
