import { Alert } from './alert.tsx';
import { Field } from './field.tsx';
import { HiddenFields } from './hidden-fields.tsx';
import { GateLayout } from './layout.tsx';
import { MAXIMUM_EMAIL_LENGTH, MAXIMUM_PASSWORD_LENGTH } from './limits.ts';

export interface SignInPageProps {
  name: string;
  /** The client that the person is on the way to, if one sent them. */
  clientName?: string | undefined;
  /** Names the sign-in in progress; carried along in the form. */
  flow?: string | undefined;
  /** What was typed before, or what the client hinted at. */
  email?: string | undefined;
  error?: string | undefined;
  /** Why this browser is not signed in any more. */
  notice?: string | undefined;
  signUpHref: string;
}

export const SignInPage = ({ name, clientName, flow, email, error, notice, signUpHref }: SignInPageProps) => {
  const describedBy = error === undefined ? undefined : 'form-error';
  return (
    <GateLayout name={name} title={error ? 'Error: sign in' : 'Sign in'}>
      <h1>Sign in</h1>
      {clientName && (
        <p class="lead">
          to continue to <strong dir="auto">{clientName}</strong>
        </p>
      )}
      {notice && !error && <p class="notice">Your sign-in here has ended. {notice}</p>}
      {error && <Alert id="form-error" message={error} />}
      <form method="post" action="/signin">
        <HiddenFields values={{ flow }} />
        <Field
          name="email"
          label="Email"
          type="email"
          autocomplete="username"
          value={email}
          maxlength={MAXIMUM_EMAIL_LENGTH}
          describedBy={describedBy}
          autofocus={!email}
        />
        <Field
          name="password"
          label="Password"
          type="password"
          autocomplete="current-password"
          maxlength={MAXIMUM_PASSWORD_LENGTH}
          describedBy={describedBy}
          autofocus={Boolean(email)}
        />
        <button class="button" type="submit">
          Sign in
        </button>
      </form>
      <p class="aside">
        No account yet? <a href={signUpHref}>Sign up</a>
      </p>
    </GateLayout>
  );
};
