import { type Fault, faultInWords } from '../texts/fault.ts';
import { Alert } from './alert.tsx';
import { GateLayout } from './layout.tsx';
import { PasskeyForm, PasskeyScript, PasskeysMissing } from './passkey.tsx';
import { usePresentation } from './presentation.tsx';
import { ToClient } from './to-client.tsx';

export interface SecondFactorPasskeyPageProps {
  clientName?: string | undefined;
  /** Names the sign-in in progress. */
  flow?: string | undefined;
  /** What the browser is asked, in JSON. */
  options: string;
  fault?: Fault | undefined;
  /** Where another second factor is asked for, if the person has one. */
  otherHref?: string | undefined;
}

/** Asks somebody who has proved a first factor for one of their passkeys. */
export const SecondFactorPasskeyPage = (props: SecondFactorPasskeyPageProps) => {
  const { clientName, flow, options, fault, otherHref } = props;
  const presentation = usePresentation();
  const { secondFactor } = presentation.texts.passkeys;
  return (
    <GateLayout title={secondFactor.title} faulty={fault !== undefined}>
      <h1>{secondFactor.title}</h1>
      <ToClient name={clientName} />
      {fault && <Alert id="form-error" message={faultInWords(presentation, fault)} />}
      <p>{secondFactor.lead}</p>
      <PasskeyForm
        ceremony="get"
        action="/signin/second-factor/passkey"
        options={options}
        hidden={{ flow }}
        button={secondFactor.use}
        main
      />
      <PasskeysMissing />
      {otherHref && (
        <p class="aside">
          <a href={otherHref}>{secondFactor.anotherWay}</a>
        </p>
      )}
      <PasskeyScript />
    </GateLayout>
  );
};
