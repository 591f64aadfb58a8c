import type { Child } from 'hono/jsx';
import { type Fault, faultInWords } from '../texts/fault.ts';
import { fill, plural } from '../texts/text.ts';
import { Alert } from './alert.tsx';
import { Checkbox } from './checkbox.tsx';
import { Email } from './email.tsx';
import { Field } from './field.tsx';
import { HiddenFields } from './hidden-fields.tsx';
import { GateLayout } from './layout.tsx';
import { MAXIMUM_TYPED_CODE_LENGTH, MAXIMUM_TYPED_RECOVERY_CODE_LENGTH } from './limits.ts';
import { usePresentation } from './presentation.tsx';

export interface SecondFactorPageProps {
  /** Whose account it is. */
  email: string;
  /** Names the sign-in in progress; carried along in the form. */
  flow?: string | undefined;
  /** What is asked for; undefined for somebody who has a passkey only. */
  asked: 'code' | 'recovery_code' | undefined;
  /** Where the other of the two is asked for, if the person has it. */
  otherHref?: string | undefined;
  /** For how many days the person may choose not to be asked again here; 0 for no such choice. */
  trustDays: number;
  /** The way to start over. */
  signInHref: string;
  fault?: Fault | undefined;
  /** A form of its own for whoever has a passkey, and what went wrong with it. */
  passkey?: Child;
  alert?: Fault | undefined;
}

/** Asks for the second factor of a sign-in. */
export const SecondFactorPage = ({
  email,
  flow,
  asked,
  otherHref,
  trustDays,
  signInHref,
  fault,
  passkey,
  alert,
}: SecondFactorPageProps) => {
  const presentation = usePresentation();
  const { language, name, texts } = presentation;
  const { ask } = texts.secondFactor;
  const recovers = asked === 'recovery_code';
  const title = recovers ? ask.recoveryTitle : ask.title;
  return (
    <GateLayout title={title} faulty={(fault ?? alert) !== undefined}>
      <h1>{title}</h1>
      <p class="lead">
        <Email address={email} />
      </p>
      {alert && <Alert id="form-error" message={faultInWords(presentation, alert)} />}
      {passkey}
      {asked && (
        <>
          <p>{recovers ? ask.recoveryLead : fill(ask.lead, { name })}</p>
          <form method="post" action="/signin/second-factor">
            <HiddenFields values={{ flow, asked }} />
            <Field
              name="code"
              label={recovers ? ask.recoveryCode : ask.code}
              type="text"
              autocomplete={recovers ? 'off' : 'one-time-code'}
              capitals={recovers}
              numeric={!recovers}
              hint={recovers ? ask.recoveryHint : undefined}
              error={fault && faultInWords(presentation, fault)}
              maxlength={recovers ? MAXIMUM_TYPED_RECOVERY_CODE_LENGTH : MAXIMUM_TYPED_CODE_LENGTH}
              autofocus
            />
            {trustDays > 0 && (
              <Checkbox name="trust" label={plural(language, ask.trust, trustDays)} hint={ask.trustHint} />
            )}
            <button class="button" type="submit">
              {texts.common.continue}
            </button>
          </form>
        </>
      )}
      <ul class="ways">
        {otherHref && (
          <li>
            <a href={otherHref}>{recovers ? ask.useApp : ask.useRecoveryCode}</a>
          </li>
        )}
        <li>
          <a href={signInHref}>{ask.startOver}</a>
        </li>
      </ul>
    </GateLayout>
  );
};
