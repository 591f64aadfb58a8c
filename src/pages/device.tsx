import { type Fault, faultInWords } from '../texts/fault.ts';
import { type AgreementInWords, AgreementList, StrangerNotice } from './agreement.tsx';
import { Email } from './email.tsx';
import { Field } from './field.tsx';
import { HiddenFields } from './hidden-fields.tsx';
import { GateLayout } from './layout.tsx';
import { MAXIMUM_TYPED_USER_CODE_LENGTH } from './limits.ts';
import { usePresentation } from './presentation.tsx';
import { Words } from './words.tsx';

export interface DeviceCodePageProps {
  /** What the address brought, or what was typed before. */
  userCode?: string | undefined;
  fault?: Fault | undefined;
}

/** Where a person enters the code that a device shows (RFC 8628 §3.3). */
export const DeviceCodePage = ({ userCode, fault }: DeviceCodePageProps) => {
  const presentation = usePresentation();
  const { common, device } = presentation.texts;
  return (
    <GateLayout title={device.title} faulty={fault !== undefined}>
      <h1>{device.title}</h1>
      <p class="lead">{userCode && !fault ? device.compare : device.enter}</p>
      <form method="post" action="/device">
        <Field
          name="user_code"
          label={device.code}
          type="text"
          autocomplete="off"
          capitals
          hint={device.codeHint}
          value={userCode}
          error={fault && faultInWords(presentation, fault)}
          maxlength={MAXIMUM_TYPED_USER_CODE_LENGTH}
          autofocus={!userCode || fault !== undefined}
        />
        <button class="button" type="submit">
          {common.continue}
        </button>
      </form>
    </GateLayout>
  );
};

export interface DeviceConfirmPageProps {
  client: {
    name: string;
    /** The host of the document that its name comes from. */
    documentHost?: string | undefined;
    /** Whether it is one of the operator's own. */
    firstParty: boolean;
  };
  /** Whose account the device would get into. */
  person: { userId: string; name: string; email: string };
  /** As it is shown on the device. */
  userCode: string;
  /** Names what is decided about; carried along in the form. */
  authorizationId: string;
  /** City and country that the device asked from, or empty. */
  place: string;
  asked: AgreementInWords;
}

/** Asks the person (RFC 8628 §3.3.1, §5.4): whoever can be talked into entering a code would let a stranger in. */
export const DeviceConfirmPage = (props: DeviceConfirmPageProps) => {
  const { client, person, userCode, authorizationId, place, asked } = props;
  const { agreement, common, device } = usePresentation().texts;
  const who = {
    client: <strong dir="auto">{client.name}</strong>,
    person: <strong dir="auto">{person.name}</strong>,
    email: <Email address={person.email} />,
  };
  return (
    <GateLayout title={device.confirmTitle}>
      <h1>{device.confirmTitle}</h1>
      <p class="lead">
        {place ? (
          <Words text={device.asksFrom} values={{ ...who, place: <bdi>{place}</bdi> }} />
        ) : (
          <Words text={device.asks} values={who} />
        )}
      </p>
      {client.firstParty || <StrangerNotice documentHost={client.documentHost} />}
      <div>
        <p>{device.mustShow}</p>
        <p class="user-code" dir="ltr">
          {userCode}
        </p>
      </div>
      <p class="alert">{device.ifSent}</p>
      <section class="asked" aria-labelledby="asked">
        <h2 id="asked">{agreement.asksTo}</h2>
        <AgreementList {...asked} />
      </section>
      <form method="post" action="/device">
        <HiddenFields
          values={{ user_code: userCode, authorization: authorizationId, account: person.userId }}
        />
        <button class="button" type="submit" name="decision" value="allow">
          {common.allow}
        </button>
        <button class="button quiet" type="submit" name="decision" value="deny">
          {device.deny}
        </button>
      </form>
    </GateLayout>
  );
};

export interface DeviceDonePageProps {
  allowed: boolean;
}

/** After the decision. There is nowhere to lead on to: what goes on, goes on at the device. */
export const DeviceDonePage = ({ allowed }: DeviceDonePageProps) => {
  const { common, device } = usePresentation().texts;
  return (
    <GateLayout title={allowed ? device.allowedTitle : device.deniedTitle} barred={!allowed}>
      <h1>{allowed ? device.allowed : device.denied}</h1>
      <p class="lead">{allowed ? device.allowedMessage : device.deniedMessage}</p>
      <a class="button quiet" href="/account">
        {common.yourAccount}
      </a>
    </GateLayout>
  );
};
