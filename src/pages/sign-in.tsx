import { type Fault, faultInWords } from '../texts/fault.ts';
import { fill } from '../texts/text.ts';
import type { EndCause } from '../user/types.ts';
import { Alert } from './alert.tsx';
import { Field } from './field.tsx';
import { HiddenFields } from './hidden-fields.tsx';
import { GateLayout } from './layout.tsx';
import { MAXIMUM_EMAIL_LENGTH, MAXIMUM_PASSWORD_LENGTH } from './limits.ts';
import { usePresentation } from './presentation.tsx';
import { ToClient } from './to-client.tsx';
import { Words } from './words.tsx';

export interface SignInPageProps {
  /** The client that the person is on the way to, if one sent them. */
  clientName?: string | undefined;
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
  signUpHref: string;
}

export const SignInPage = (props: SignInPageProps) => {
  const { clientName, flow, email, fault, ended, emailCodes, resetHref, signUpHref } = props;
  const presentation = usePresentation();
  const { signIn, endCauses } = presentation.texts;
  const describedBy = fault && 'form-error';
  return (
    <GateLayout title={signIn.title} faulty={fault !== undefined}>
      <h1>{signIn.title}</h1>
      <ToClient name={clientName} />
      {ended && !fault && <p class="notice">{fill(signIn.ended, { cause: endCauses[ended] })}</p>}
      {fault && <Alert id="form-error" message={faultInWords(presentation, fault)} />}
      <form method="post" action="/signin">
        <HiddenFields values={{ flow }} />
        <Field
          name="email"
          label={signIn.email}
          type="email"
          autocomplete="username"
          value={email}
          maxlength={MAXIMUM_EMAIL_LENGTH}
          describedBy={describedBy}
          autofocus={!email}
        />
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
        {emailCodes && (
          <button class="button quiet" type="submit" formaction="/signin/email" formnovalidate>
            {signIn.emailCode}
          </button>
        )}
      </form>
      {resetHref && (
        <p class="aside">
          <a href={resetHref}>{signIn.forgotPassword}</a>
        </p>
      )}
      <p class="aside">
        <Words text={signIn.noAccountYet} values={{ signUp: <a href={signUpHref}>{signIn.signUp}</a> }} />
      </p>
    </GateLayout>
  );
};
