import { type Fault, faultInWords } from '../texts/fault.ts';
import { plural } from '../texts/text.ts';
import { Field } from './field.tsx';
import { GateLayout } from './layout.tsx';
import { MAXIMUM_PASSWORD_LENGTH } from './limits.ts';
import { usePresentation } from './presentation.tsx';
import { Strength } from './strength.tsx';

export interface NewPasswordPageProps {
  /** Lets a password manager file the new password under the right account. */
  email: string;
  /** The shortest password accepted, in characters. */
  minimumLength: number;
  fault?: Fault | undefined;
}

/** The last step of setting a new password. */
export const NewPasswordPage = ({ email, minimumLength, fault }: NewPasswordPageProps) => {
  const presentation = usePresentation();
  const { emailCode, password } = presentation.texts;
  const { title, lead, submit } = emailCode.newPassword;
  return (
    <GateLayout title={title} faulty={fault !== undefined}>
      <h1>{title}</h1>
      <p class="lead">{lead}</p>
      <form method="post" action="/reset/password">
        <input type="text" name="email" value={email} autocomplete="username" hidden readonly />
        <Field
          name="new_password"
          label={password.new}
          type="password"
          autocomplete="new-password"
          hint={plural(presentation.language, password.newHint, minimumLength)}
          error={fault && faultInWords(presentation, fault)}
          minlength={minimumLength}
          maxlength={MAXIMUM_PASSWORD_LENGTH}
          autofocus
        />
        <Strength of="new_password" />
        <button class="button" type="submit">
          {submit}
        </button>
      </form>
    </GateLayout>
  );
};

/** The password is set. */
export const PasswordResetPage = ({ signInHref }: { signInHref: string }) => {
  const { emailCode, signIn } = usePresentation().texts;
  const { title, lead } = emailCode.passwordReset;
  return (
    <GateLayout title={title}>
      <h1>{title}</h1>
      <p class="lead">{lead}</p>
      <p>
        <a class="button" href={signInHref}>
          {signIn.submit}
        </a>
      </p>
    </GateLayout>
  );
};
