import type { PropsWithChildren } from 'hono/jsx';
import { HiddenFields } from './hidden-fields.tsx';
import { usePresentation } from './presentation.tsx';
import { passkeyScriptPath } from './script/assets.ts';

/** What the browser is to be told about passkeys: the name of a method of PublicKeyCredential, and its argument. */
export interface PasskeySignal {
  method: 'signalUnknownCredential' | 'signalAllAcceptedCredentials' | 'signalCurrentUserDetails';
  /** JSON. */
  details: string;
}

export interface PasskeyFormProps {
  /** Whether a passkey is used or made. */
  ceremony: 'get' | 'create';
  action: string;
  /** What navigator.credentials takes, in JSON. */
  options: string;
  /** Carried along in the form. */
  hidden?: Record<string, string | undefined>;
  /** Passkeys are offered where the page's fields are filled in, too. */
  autofill?: boolean;
  button: string;
  /** Whether it is the main thing to do on its page. */
  main?: boolean;
}

/** A form that the browser's passkeys fill in. It is there where the script runs and the browser has passkeys. */
export const PasskeyForm = (props: PropsWithChildren<PasskeyFormProps>) => {
  const { ceremony, action, options, hidden = {}, autofill, button, main, children } = props;
  const { passkeys } = usePresentation().texts;
  return (
    <form
      method="post"
      action={action}
      hidden
      data-passkey={ceremony}
      data-autofill={autofill ? '' : undefined}
    >
      <HiddenFields values={{ ...hidden, credential: '' }} />
      {/* Without a name: what the browser is asked is not sent back. */}
      <input type="hidden" data-options value={options} />
      <p class="alert" role="alert" hidden data-failed="">
        {ceremony === 'get' ? passkeys.notUsed : passkeys.notMade}
      </p>
      {ceremony === 'create' && (
        <p class="alert" role="alert" hidden data-failed="excluded">
          {passkeys.madeBefore}
        </p>
      )}
      {children}
      <button class={main ? 'button' : 'button quiet'} type="submit">
        {button}
      </button>
    </form>
  );
};

export const PasskeySignals = ({ signals }: { signals: readonly PasskeySignal[] }) => (
  <>
    {signals.map(({ method, details }) => (
      <input type="hidden" data-signal={method} value={details} />
    ))}
  </>
);

/** Stands in for a form that is not there: shown until the browser is known to have passkeys. */
export const PasskeysMissing = () => (
  <p class="notice" data-passkey-missing>
    {usePresentation().texts.passkeys.missing}
  </p>
);

/** The second factor of whoever has a passkey. @param only there is no other that could be used as well */
export const PasskeySecondFactor = ({
  options,
  flow,
  only,
}: {
  options: string;
  flow: string | undefined;
  only: boolean;
}) => {
  const { secondFactor } = usePresentation().texts.passkeys;
  return (
    <>
      {only && <p>{secondFactor.lead}</p>}
      <PasskeyForm
        ceremony="get"
        action="/signin/second-factor/passkey"
        options={options}
        hidden={{ flow }}
        button={secondFactor.use}
        main={only}
      />
      {only && <PasskeysMissing />}
      <PasskeyScript />
    </>
  );
};

/** The script, once on a page that has any of these. */
export const PasskeyScript = () => <script type="module" src={passkeyScriptPath} />;
