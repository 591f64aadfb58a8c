import { type Fault, faultInWords } from '../texts/fault.ts';
import { Alert } from './alert.tsx';
import { Email } from './email.tsx';
import { GateLayout } from './layout.tsx';
import { PasskeyForm, PasskeyScript, PasskeysMissing } from './passkey.tsx';
import { usePresentation } from './presentation.tsx';
import { ToClient } from './to-client.tsx';
import { Words } from './words.tsx';

export interface SignUpPasskeyPageProps {
  clientName?: string | undefined;
  email: string;
  /** What the browser is asked, in JSON. */
  options: string;
  /** Names the sign-in in progress, and who is to be: carried along in the form. */
  hidden: { flow: string | undefined; invite?: string | undefined; sign_up: string };
  fault?: Fault | undefined;
  /** The form before this one. */
  backHref: string;
}

/** The last step of signing up without a password. */
export const SignUpPasskeyPage = (props: SignUpPasskeyPageProps) => {
  const { clientName, email, options, hidden, fault, backHref } = props;
  const presentation = usePresentation();
  const { signUp } = presentation.texts.passkeys;
  return (
    <GateLayout title={signUp.title} faulty={fault !== undefined}>
      <h1>{signUp.title}</h1>
      <ToClient name={clientName} />
      {fault && <Alert id="form-error" message={faultInWords(presentation, fault)} />}
      <p>
        <Words text={signUp.lead} values={{ email: <Email address={email} /> }} />
      </p>
      <PasskeyForm
        ceremony="create"
        action="/signup/passkey"
        options={options}
        hidden={hidden}
        button={signUp.create}
        main
      />
      <PasskeysMissing />
      <p class="aside">
        <a href={backHref}>{signUp.back}</a>
      </p>
      <PasskeyScript />
    </GateLayout>
  );
};
