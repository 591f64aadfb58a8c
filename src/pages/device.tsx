import { type AgreementInWords, AgreementList, StrangerNotice } from './agreement.tsx';
import { Email } from './email.tsx';
import { Field } from './field.tsx';
import { HiddenFields } from './hidden-fields.tsx';
import { GateLayout } from './layout.tsx';
import { MAXIMUM_TYPED_USER_CODE_LENGTH } from './limits.ts';

export interface DeviceCodePageProps {
  name: string;
  /** What the address brought, or what was typed before. */
  userCode?: string | undefined;
  error?: string | undefined;
}

/** Where a person enters the code that a device shows (RFC 8628 §3.3). */
export const DeviceCodePage = ({ name, userCode, error }: DeviceCodePageProps) => (
  <GateLayout name={name} title={error ? 'Error: connect a device' : 'Connect a device'}>
    <h1>Connect a device</h1>
    <p class="lead">
      {userCode && !error
        ? 'Is this the code that your device shows? Go on only if you see it there.'
        : 'Enter the code that your device shows.'}
    </p>
    <form method="post" action="/device">
      <Field
        name="user_code"
        label="Code"
        type="text"
        autocomplete="off"
        capitals
        hint="Eight letters. Small letters and spaces are fine."
        value={userCode}
        error={error}
        maxlength={MAXIMUM_TYPED_USER_CODE_LENGTH}
        autofocus={!userCode || error !== undefined}
      />
      <button class="button" type="submit">
        Continue
      </button>
    </form>
  </GateLayout>
);

export interface DeviceConfirmPageProps {
  name: string;
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
  const { name, client, person, userCode, authorizationId, place, asked } = props;
  return (
    <GateLayout name={name} title="Connect this device?">
      <h1>Connect this device?</h1>
      <p class="lead">
        <strong dir="auto">{client.name}</strong> asks{' '}
        {place && (
          <>
            from <bdi>{place}</bdi>{' '}
          </>
        )}
        for access to the account of <strong dir="auto">{person.name}</strong> (
        <Email address={person.email} />)
      </p>
      {client.firstParty || <StrangerNotice name={name} documentHost={client.documentHost} />}
      <div>
        <p>Your device must show this very code now:</p>
        <p class="user-code" dir="ltr">
          {userCode}
        </p>
      </div>
      <p class="alert">
        If somebody sent you this code, or you do not have the device before you, deny: it is their device,
        and it would get into your account.
      </p>
      <section class="asked" aria-labelledby="asked">
        <h2 id="asked">It asks to</h2>
        <AgreementList {...asked} />
      </section>
      <form method="post" action="/device">
        <HiddenFields
          values={{ user_code: userCode, authorization: authorizationId, account: person.userId }}
        />
        <button class="button" type="submit" name="decision" value="allow">
          Allow
        </button>
        <button class="button quiet" type="submit" name="decision" value="deny">
          Deny
        </button>
      </form>
    </GateLayout>
  );
};

export interface DeviceDonePageProps {
  name: string;
  allowed: boolean;
}

/** After the decision. There is nowhere to lead on to: what goes on, goes on at the device. */
export const DeviceDonePage = ({ name, allowed }: DeviceDonePageProps) => (
  <GateLayout name={name} title={allowed ? 'Device connected' : 'Device not connected'} barred={!allowed}>
    <h1>{allowed ? 'Your device is connected' : 'The device was not connected'}</h1>
    <p class="lead">
      {allowed
        ? 'Go back to your device: it goes on by itself in a few seconds. You can close this page.'
        : 'It got no access. You can close this page.'}
    </p>
    <a class="button quiet" href="/account">
      Your account
    </a>
  </GateLayout>
);
