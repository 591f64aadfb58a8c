import type { QrCode } from '../second-factor/qr-code.ts';
import { type Fault, faultInWords } from '../texts/fault.ts';
import { Field } from './field.tsx';
import { HiddenFields } from './hidden-fields.tsx';
import { CourtLayout, GateLayout } from './layout.tsx';
import { MAXIMUM_TYPED_CODE_LENGTH } from './limits.ts';
import { usePresentation } from './presentation.tsx';
import { Time } from './time.tsx';
import { Words } from './words.tsx';

/** The quiet zone around a QR code, in modules (ISO/IEC 18004). */
const QUIET = 4;

const QrPicture = ({ qr, label }: { qr: QrCode; label: string }) => {
  const side = qr.size + 2 * QUIET;
  return (
    <svg
      class="qr-code"
      role="img"
      aria-label={label}
      viewBox={`0 0 ${side} ${side}`}
      shape-rendering="crispEdges"
    >
      <rect class="light" width={side} height={side} />
      <path class="dark" transform={`translate(${QUIET} ${QUIET + 0.5})`} d={qr.path} />
    </svg>
  );
};

export interface AuthenticatorSetUpPageProps {
  /** Where the form goes: the account's page, or the step of a sign-in that needs a second factor. */
  action: '/account/authenticator' | '/signin/enrol';
  /** Names the sign-in in progress; carried along in the form. */
  flow?: string | undefined;
  qr: QrCode;
  /** The same as people type it. */
  secret: string;
  /** The set-up, sealed; carried along in the form. */
  setup: string;
  cancelHref: string;
  fault?: Fault | undefined;
}

/** Sets up an authenticator app: nothing is stored before it has shown that it makes the right codes. */
export const AuthenticatorSetUpPage = ({
  action,
  flow,
  qr,
  secret,
  setup,
  cancelHref,
  fault,
}: AuthenticatorSetUpPageProps) => {
  const presentation = usePresentation();
  const { common, secondFactor } = presentation.texts;
  const { setUp } = secondFactor;
  return (
    <GateLayout title={setUp.title} faulty={fault !== undefined}>
      <h1>{setUp.title}</h1>
      <p class="lead">{action === '/signin/enrol' ? setUp.required : setUp.lead}</p>
      <p>{setUp.scan}</p>
      <QrPicture qr={qr} label={setUp.picture} />
      <div>
        <p>{setUp.byHand}</p>
        <p class="secret" dir="ltr">
          {secret}
        </p>
      </div>
      <form method="post" action={action}>
        <HiddenFields values={{ flow, setup }} />
        <Field
          name="code"
          label={setUp.code}
          type="text"
          autocomplete="one-time-code"
          numeric
          hint={setUp.codeHint}
          error={fault && faultInWords(presentation, fault)}
          maxlength={MAXIMUM_TYPED_CODE_LENGTH}
          autofocus={fault !== undefined}
        />
        <button class="button" type="submit">
          {setUp.submit}
        </button>
        <a class="button quiet" href={cancelHref}>
          {common.cancel}
        </a>
      </form>
    </GateLayout>
  );
};

export interface AuthenticatorPageProps {
  /** When it was set up, in milliseconds since the epoch. */
  since: number;
}

/** The authenticator app that a person has. */
export const AuthenticatorPage = ({ since }: AuthenticatorPageProps) => {
  const { common, secondFactor } = usePresentation().texts;
  const { authenticator } = secondFactor;
  return (
    <CourtLayout title={authenticator.title}>
      <div class="hero">
        <h1>{authenticator.title}</h1>
        <p class="lead">
          <Words text={authenticator.since} values={{ time: <Time at={since} /> }} />
        </p>
        <ul class="ways">
          <li>
            <a href="/account/recovery-codes">{authenticator.recoveryCodes}</a>
          </li>
          <li>
            <a href="/account/trusted-devices">{authenticator.trustedDevices}</a>
          </li>
          <li>
            <a href="/account">{common.yourAccount}</a>
          </li>
        </ul>
      </div>
      <div class="actions">
        <a class="button quiet" href="/account/authenticator?another=yes">
          {authenticator.another}
        </a>
        <form method="post" action="/account/authenticator/remove">
          <button class="button danger" type="submit">
            {authenticator.remove}
          </button>
        </form>
      </div>
    </CourtLayout>
  );
};
