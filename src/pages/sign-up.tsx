import { Field } from './field.tsx';
import { HiddenFields } from './hidden-fields.tsx';
import { GateLayout } from './layout.tsx';
import { MAXIMUM_EMAIL_LENGTH, MAXIMUM_NAME_LENGTH, MAXIMUM_PASSWORD_LENGTH } from './limits.ts';

export interface SignUpPageProps {
  name: string;
  /** The client that the person is on the way to, if one sent them. */
  clientName?: string | undefined;
  /** Names the sign-in in progress; carried along in the form. */
  flow?: string | undefined;
  /** What was typed before. The password never comes back. */
  email?: string | undefined;
  displayName?: string | undefined;
  /** The shortest password accepted, in characters. */
  minimumLength: number;
  error?: { field: 'email' | 'password' | 'name'; message: string } | undefined;
  signInHref: string;
}

export const SignUpPage = (props: SignUpPageProps) => {
  const { name, clientName, flow, email, displayName, minimumLength, error, signInHref } = props;
  const errorOf = (field: 'email' | 'password' | 'name') =>
    error?.field === field ? error.message : undefined;
  const focused = error === undefined ? 'name' : error.field;
  return (
    <GateLayout name={name} title={error ? 'Error: sign up' : 'Sign up'}>
      <h1>Create your account</h1>
      {clientName && (
        <p class="lead">
          to continue to <strong dir="auto">{clientName}</strong>
        </p>
      )}
      <form method="post" action="/signup">
        <HiddenFields values={{ flow }} />
        <Field
          name="name"
          label="Name"
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
          label="Email"
          type="email"
          autocomplete="username"
          value={email}
          error={errorOf('email')}
          maxlength={MAXIMUM_EMAIL_LENGTH}
          autofocus={focused === 'email'}
        />
        <Field
          name="password"
          label="Password"
          type="password"
          autocomplete="new-password"
          hint={`At least ${minimumLength} characters of any kind. A few words that only you would put together are easy to remember and hard to guess.`}
          error={errorOf('password')}
          minlength={minimumLength}
          maxlength={MAXIMUM_PASSWORD_LENGTH}
          autofocus={focused === 'password'}
        />
        <button class="button" type="submit">
          Create account
        </button>
      </form>
      <p class="aside">
        Already have an account? <a href={signInHref}>Sign in</a>
      </p>
    </GateLayout>
  );
};
