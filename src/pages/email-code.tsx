import { MAXIMUM_TYPED_EMAIL_CODE_LENGTH, shownEmailCode } from '../core/account/email-code.ts';
import { type Fault, faultInWords } from '../texts/fault.ts';
import { fill } from '../texts/text.ts';
import { Email } from './email.tsx';
import { Field } from './field.tsx';
import { HiddenFields } from './hidden-fields.tsx';
import { GateLayout } from './layout.tsx';
import { MAXIMUM_EMAIL_LENGTH } from './limits.ts';
import { usePresentation } from './presentation.tsx';
import { Words } from './words.tsx';

export interface EmailCodePageProps {
  /** Where the code was sent, if there was anybody to send it to. */
  address: string;
  /** Whether it is certain that a mail was sent: where nothing has to be hidden. */
  certain: boolean;
  /** The code that a link brought, filled in. */
  code?: string | undefined;
  fault?: Fault | undefined;
  /** The page to begin again at. */
  againHref: string;
}

/** Asks for the code that was mailed. The same whether or not there is an account. */
export const EmailCodePage = ({ address, certain, code, fault, againHref }: EmailCodePageProps) => {
  const presentation = usePresentation();
  const { common, emailCode } = presentation.texts;
  const shown = (
    <strong>
      <Email address={address} />
    </strong>
  );
  return (
    <GateLayout title={emailCode.title} faulty={fault !== undefined}>
      <h1>{emailCode.heading}</h1>
      <p class="lead">
        <Words text={certain ? emailCode.sent : emailCode.perhapsSent} values={{ address: shown }} />
      </p>
      <form method="post" action="/signin/email/code">
        <Field
          name="code"
          label={emailCode.code}
          type="text"
          numeric
          autocomplete="one-time-code"
          hint={emailCode.hint}
          value={code && shownEmailCode(code)}
          error={fault && faultInWords(presentation, fault)}
          maxlength={MAXIMUM_TYPED_EMAIL_CODE_LENGTH}
          autofocus={!code}
        />
        <button class="button" type="submit">
          {common.continue}
        </button>
      </form>
      <p class="aside">
        <Words text={emailCode.nothing} values={{ again: <a href={againHref}>{emailCode.again}</a> }} />
      </p>
    </GateLayout>
  );
};

/** Where a link from a mail was opened in a browser that did not ask for it: it can only show the code. */
export const EmailCodeElsewherePage = ({ code }: { code: string }) => {
  const { name, texts } = usePresentation();
  const { elsewhere } = texts.emailCode;
  return (
    <GateLayout title={elsewhere.title}>
      <h1>{elsewhere.heading}</h1>
      <p class="lead">{elsewhere.lead}</p>
      <p class="user-code" dir="ltr">
        {shownEmailCode(code)}
      </p>
      <p>{fill(elsewhere.warning, { name })}</p>
    </GateLayout>
  );
};

/** A code that is no good any more. */
export const EmailCodeOverPage = ({ againHref }: { againHref: string }) => {
  const { emailCode } = usePresentation().texts;
  return (
    <GateLayout title={emailCode.over.title}>
      <h1>{emailCode.over.title}</h1>
      <p class="lead">{emailCode.over.lead}</p>
      <p>
        <a class="button" href={againHref}>
          {emailCode.again}
        </a>
      </p>
    </GateLayout>
  );
};

export interface EmailAskPageProps {
  /** What the code is for. */
  to: 'signIn' | 'reset' | 'signUp';
  /** Names the sign-in in progress; carried along in the form. */
  flow?: string | undefined;
  /** The invitation to sign up; carried along as well. */
  invite?: string | undefined;
  email?: string | undefined;
  fault?: Fault | undefined;
  signInHref: string;
}

const actions = { signIn: '/signin/email', reset: '/reset', signUp: '/signup/email' } as const;

/** Asks where to send a code. */
export const EmailAskPage = ({ to, flow, invite, email, fault, signInHref }: EmailAskPageProps) => {
  const presentation = usePresentation();
  const { ask } = presentation.texts.emailCode;
  return (
    <GateLayout title={ask[to].title} faulty={fault !== undefined}>
      <h1>{ask[to].title}</h1>
      <p class="lead">{ask[to].lead}</p>
      <form method="post" action={actions[to]}>
        <HiddenFields values={{ flow, invite }} />
        <Field
          name="email"
          label={ask.email}
          type="email"
          autocomplete="username"
          value={email}
          error={fault && faultInWords(presentation, fault)}
          maxlength={MAXIMUM_EMAIL_LENGTH}
          autofocus
        />
        <button class="button" type="submit">
          {ask.submit}
        </button>
      </form>
      <p class="aside">
        <a href={signInHref}>{ask.back}</a>
      </p>
    </GateLayout>
  );
};
