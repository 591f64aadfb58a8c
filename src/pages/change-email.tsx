import { MAXIMUM_TYPED_EMAIL_CODE_LENGTH, shownEmailCode } from '../core/account/email-code.ts';
import { type Fault, faultInWords } from '../texts/fault.ts';
import { fill } from '../texts/text.ts';
import { Email } from './email.tsx';
import { Field } from './field.tsx';
import { GateLayout } from './layout.tsx';
import { MAXIMUM_EMAIL_LENGTH } from './limits.ts';
import { usePresentation } from './presentation.tsx';
import { Words } from './words.tsx';

export interface ChangeEmailPageProps {
  /** The account's. */
  present: string;
  /** Whether somebody has shown that it is theirs. */
  verified: boolean;
  /** A new one, for which codes are on their way. */
  pending?: string | undefined;
  /** What was typed. */
  typed?: string | undefined;
  fault?: Fault | undefined;
}

const Strong = ({ address }: { address: string }) => (
  <strong>
    <Email address={address} />
  </strong>
);

/** Asks for the new address. */
export const ChangeEmailPage = ({ present, verified, pending, typed, fault }: ChangeEmailPageProps) => {
  const presentation = usePresentation();
  const { changeEmail, common } = presentation.texts;
  return (
    <GateLayout title={changeEmail.title} faulty={fault !== undefined}>
      <h1>{changeEmail.title}</h1>
      <p class="lead">
        <Words text={changeEmail.present} values={{ address: <Strong address={present} /> }} />{' '}
        {!verified && changeEmail.unverified}
      </p>
      {pending !== undefined && (
        <p>
          <Words
            text={changeEmail.pending}
            values={{
              address: <Strong address={pending} />,
              goOn: <a href="/account/email/codes">{changeEmail.goOn}</a>,
            }}
          />
        </p>
      )}
      <p>{changeEmail.lead}</p>
      <form method="post" action="/account/email">
        <Field
          name="email"
          label={changeEmail.new}
          type="email"
          autocomplete="email"
          value={typed}
          error={fault && faultInWords(presentation, fault)}
          maxlength={MAXIMUM_EMAIL_LENGTH}
          autofocus
        />
        <button class="button" type="submit">
          {changeEmail.submit}
        </button>
        <a class="button quiet" href="/account">
          {common.cancel}
        </a>
      </form>
    </GateLayout>
  );
};

/** One of the two codes. */
export interface AddressCode {
  address: string;
  /** It was right, and is not asked for again. */
  proved: boolean;
  /** What a link brought, or what was typed and is right so far. */
  code?: string | undefined;
  fault?: Fault | undefined;
}

/** Asks for both codes. */
export const ChangeEmailCodesPage = ({ from, to }: { from: AddressCode; to: AddressCode }) => {
  const presentation = usePresentation();
  const { changeEmail, emailCode } = presentation.texts;
  const codes = [
    { name: 'from', label: changeEmail.fromCode, ...from },
    { name: 'to', label: changeEmail.toCode, ...to },
  ];
  const faulty = codes.some(({ fault }) => fault !== undefined);
  const first = codes.find(({ proved, code, fault }) => !proved && (faulty ? fault : !code));
  return (
    <GateLayout title={changeEmail.codesTitle} faulty={faulty}>
      <h1>{changeEmail.codesTitle}</h1>
      <p class="lead">{changeEmail.codesLead}</p>
      <form method="post" action="/account/email/codes">
        {codes.map(({ name, label, address, proved, code, fault }) =>
          proved ? (
            <p>
              <Words text={changeEmail.proved} values={{ address: <Strong address={address} /> }} />
            </p>
          ) : (
            <Field
              name={name}
              label={label}
              type="text"
              numeric
              autocomplete="one-time-code"
              hint={fill(changeEmail.sentTo, { address })}
              value={code && shownEmailCode(code)}
              error={fault && faultInWords(presentation, fault)}
              maxlength={MAXIMUM_TYPED_EMAIL_CODE_LENGTH}
              autofocus={name === first?.name}
            />
          ),
        )}
        <button class="button" type="submit">
          {changeEmail.change}
        </button>
      </form>
      <p class="aside">
        <Words
          text={emailCode.nothing}
          values={{ again: <a href="/account/email">{changeEmail.again}</a> }}
        />
      </p>
    </GateLayout>
  );
};

/** Both codes were right, and the address is not to be had. */
export const EmailNotChangedPage = ({ reason }: { reason: 'taken' | 'busy' }) => {
  const { changeEmail } = usePresentation().texts;
  const title = reason === 'taken' ? changeEmail.takenTitle : changeEmail.busyTitle;
  return (
    <GateLayout title={title}>
      <h1>{title}</h1>
      <p class="lead">{changeEmail[reason]}</p>
      <p>
        <a class="button" href="/account">
          {changeEmail.back}
        </a>
      </p>
    </GateLayout>
  );
};
