import { type Fault, faultInWords } from '../texts/fault.ts';
import { plural } from '../texts/text.ts';
import { Field } from './field.tsx';
import { GateLayout } from './layout.tsx';
import { MAXIMUM_PASSWORD_LENGTH } from './limits.ts';
import { usePresentation } from './presentation.tsx';
import { Strength } from './strength.tsx';

export interface PasswordPageProps {
  /** Lets a password manager file the new password under the right account. */
  email: string;
  /** The shortest password accepted, in characters. */
  minimumLength: number;
  /** Whether there is no password yet. */
  first?: boolean;
  /** What is wrong with a field. */
  fault?: ({ field: 'current_password' | 'new_password' } & Fault) | undefined;
}

/** Changes the password; the present one is asked for, since an open browser is not yet its owner. */
export const PasswordPage = ({ email, minimumLength, first = false, fault }: PasswordPageProps) => {
  const presentation = usePresentation();
  const { common, password } = presentation.texts;
  const errorOf = (field: 'current_password' | 'new_password') =>
    fault?.field === field ? faultInWords(presentation, fault) : undefined;
  const title = first ? password.firstTitle : password.title;
  return (
    <GateLayout title={title} faulty={fault !== undefined}>
      <h1>{title}</h1>
      <p class="lead">{password.lead}</p>
      <form method="post" action="/account/password">
        <input type="text" name="email" value={email} autocomplete="username" hidden readonly />
        {!first && (
          <Field
            name="current_password"
            label={password.current}
            type="password"
            autocomplete="current-password"
            error={errorOf('current_password')}
            maxlength={MAXIMUM_PASSWORD_LENGTH}
            autofocus={fault?.field !== 'new_password'}
          />
        )}
        <Field
          name="new_password"
          label={password.new}
          type="password"
          autocomplete="new-password"
          hint={plural(presentation.language, password.newHint, minimumLength)}
          error={errorOf('new_password')}
          minlength={minimumLength}
          maxlength={MAXIMUM_PASSWORD_LENGTH}
          autofocus={first || fault?.field === 'new_password'}
        />
        <Strength of="new_password" />
        <button class="button" type="submit">
          {first ? password.firstSubmit : password.submit}
        </button>
        <a class="button quiet" href="/account">
          {common.cancel}
        </a>
      </form>
    </GateLayout>
  );
};
