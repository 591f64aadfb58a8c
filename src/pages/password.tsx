import { Field } from './field.tsx';
import { GateLayout } from './layout.tsx';
import { MAXIMUM_PASSWORD_LENGTH } from './limits.ts';

export interface PasswordPageProps {
  name: string;
  /** Lets a password manager file the new password under the right account. */
  email: string;
  /** The shortest password accepted, in characters. */
  minimumLength: number;
  error?: { field: 'current_password' | 'new_password'; message: string } | undefined;
}

/** Changes the password; the present one is asked for, since an open browser is not yet its owner. */
export const PasswordPage = ({ name, email, minimumLength, error }: PasswordPageProps) => {
  const errorOf = (field: 'current_password' | 'new_password') =>
    error?.field === field ? error.message : undefined;
  return (
    <GateLayout name={name} title={error ? 'Error: change your password' : 'Change your password'}>
      <h1>Change your password</h1>
      <p class="lead">You stay signed in here and are signed out on every other device.</p>
      <form method="post" action="/account/password">
        <input type="text" name="email" value={email} autocomplete="username" hidden readonly />
        <Field
          name="current_password"
          label="Present password"
          type="password"
          autocomplete="current-password"
          error={errorOf('current_password')}
          maxlength={MAXIMUM_PASSWORD_LENGTH}
          autofocus={error?.field !== 'new_password'}
        />
        <Field
          name="new_password"
          label="New password"
          type="password"
          autocomplete="new-password"
          hint={`At least ${minimumLength} characters of any kind. A few words together work well.`}
          error={errorOf('new_password')}
          minlength={minimumLength}
          maxlength={MAXIMUM_PASSWORD_LENGTH}
          autofocus={error?.field === 'new_password'}
        />
        <button class="button" type="submit">
          Change password
        </button>
        <a class="button quiet" href="/account">
          Cancel
        </a>
      </form>
    </GateLayout>
  );
};
