import { Email } from './email.tsx';
import { HiddenFields } from './hidden-fields.tsx';
import { GateLayout } from './layout.tsx';

export interface SelectAccountPageProps {
  name: string;
  /** The client that the person is on the way to. */
  clientName?: string | undefined;
  /** Who is signed in. */
  person: { name: string; email: string };
  /** Names the sign-in in progress, and the session that is shown: carried along in the form. */
  hidden: { flow: string; session: string };
  /** The sign-in form, for somebody else. */
  otherHref: string;
}

/** Asks who is meant: a browser holds one account at a time, and it may be the wrong one. */
export const SelectAccountPage = ({
  name,
  clientName,
  person,
  hidden,
  otherHref,
}: SelectAccountPageProps) => (
  <GateLayout name={name} title="Choose an account">
    <h1>Choose an account</h1>
    {clientName && (
      <p class="lead">
        to continue to <strong dir="auto">{clientName}</strong>
      </p>
    )}
    <p>
      You are signed in as <strong dir="auto">{person.name}</strong> (
      <Email address={person.email} />
      ).
    </p>
    <form method="post" action="/signin/account">
      <HiddenFields values={hidden} />
      <button class="button" type="submit">
        Continue as <span dir="auto">{person.name}</span>
      </button>
      <a class="button quiet" href={otherHref}>
        Use another account
      </a>
    </form>
  </GateLayout>
);
