import { type Fault, faultInWords } from '../texts/fault.ts';
import { fill } from '../texts/text.ts';
import type { EndCause } from '../user/types.ts';
import { Alert } from './alert.tsx';
import { Field } from './field.tsx';
import { HiddenFields } from './hidden-fields.tsx';
import { GateLayout } from './layout.tsx';
import { MAXIMUM_EMAIL_LENGTH, MAXIMUM_PASSWORD_LENGTH } from './limits.ts';
import {
  PasskeyForm,
  PasskeyScript,
  type PasskeySignal,
  PasskeySignals,
  PasskeysMissing,
} from './passkey.tsx';
import { usePresentation } from './presentation.tsx';
import { ProviderButtons, type ProviderChoice } from './providers.tsx';
import { ToClient } from './to-client.tsx';
import { Words } from './words.tsx';

export interface SignInPageProps {
  /** The client that the person is on the way to, if one sent them. */
  clientName?: string | undefined;
  /** Those that people may sign in with. */
  providers?: readonly ProviderChoice[];
  /** Names the sign-in in progress; carried along in the form. */
  flow?: string | undefined;
  /** What was typed before, or what the client hinted at. */
  email?: string | undefined;
  fault?: Fault | undefined;
  /** Why this browser is not signed in any more. */
  ended?: EndCause | undefined;
  /** Whether a code can be mailed instead. */
  emailCodes?: boolean;
  /** For whoever forgot their password; absent where it cannot be set anew. */
  resetHref?: string | undefined;
  /** Absent where nobody signs up without an invitation. */
  signUpHref?: string | undefined;
  /** Whether people may sign in with a password. */
  withPassword: boolean;
  /** Signing in with a passkey: what the browser is asked, in JSON, and what it is told. */
  passkey?: { options: string; signals: readonly PasskeySignal[] } | undefined;
}

export const SignInPage = (props: SignInPageProps) => {
  const { clientName, providers = [], flow, email, fault, ended, signUpHref, withPassword, passkey } = props;
  const { emailCodes, resetHref } = props;
  const presentation = usePresentation();
  const { signIn, passkeys, endCauses } = presentation.texts;
  const describedBy = fault && 'form-error';
  return (
    <GateLayout title={signIn.title} faulty={fault !== undefined}>
      <h1>{signIn.title}</h1>
      <ToClient name={clientName} />
      {ended && !fault && <p class="notice">{fill(signIn.ended, { cause: endCauses[ended] })}</p>}
      {fault && <Alert id="form-error" message={faultInWords(presentation, fault)} />}
      {(withPassword || emailCodes) && (
        <form method="post" action={withPassword ? '/signin' : '/signin/email'}>
          <HiddenFields values={{ flow }} />
          <Field
            name="email"
            label={signIn.email}
            type="email"
            autocomplete={passkey ? 'username webauthn' : 'username'}
            value={email}
            maxlength={MAXIMUM_EMAIL_LENGTH}
            describedBy={describedBy}
            autofocus={!email}
          />
          {withPassword && (
            <>
              <Field
                name="password"
                label={signIn.password}
                type="password"
                autocomplete="current-password"
                maxlength={MAXIMUM_PASSWORD_LENGTH}
                describedBy={describedBy}
                autofocus={Boolean(email)}
              />
              <button class="button" type="submit">
                {signIn.submit}
              </button>
            </>
          )}
          {emailCodes && (
            <button
              class={withPassword ? 'button quiet' : 'button'}
              type="submit"
              formaction="/signin/email"
              formnovalidate={withPassword}
            >
              {signIn.emailCode}
            </button>
          )}
        </form>
      )}
      {passkey && (
        <>
          <PasskeyForm
            ceremony="get"
            action="/signin/passkey"
            options={passkey.options}
            hidden={{ flow }}
            autofill={withPassword || emailCodes === true}
            button={passkeys.use}
            main={!withPassword && !emailCodes}
          />
          {!withPassword && !emailCodes && <PasskeysMissing />}
          <PasskeySignals signals={passkey.signals} />
        </>
      )}
      <ProviderButtons providers={providers} flow={flow} />
      {withPassword && resetHref && (
        <p class="aside">
          <a href={resetHref}>{signIn.forgotPassword}</a>
        </p>
      )}
      {signUpHref && (
        <p class="aside">
          <Words text={signIn.noAccountYet} values={{ signUp: <a href={signUpHref}>{signIn.signUp}</a> }} />
        </p>
      )}
      {passkey && <PasskeyScript />}
    </GateLayout>
  );
};
