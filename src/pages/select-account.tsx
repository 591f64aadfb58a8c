import { Email } from './email.tsx';
import { HiddenFields } from './hidden-fields.tsx';
import { GateLayout } from './layout.tsx';
import { usePresentation } from './presentation.tsx';
import { ToClient } from './to-client.tsx';
import { Words } from './words.tsx';

export interface SelectAccountPageProps {
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
export const SelectAccountPage = ({ clientName, person, hidden, otherHref }: SelectAccountPageProps) => {
  const { selectAccount } = usePresentation().texts;
  return (
    <GateLayout title={selectAccount.title}>
      <h1>{selectAccount.title}</h1>
      <ToClient name={clientName} />
      <p>
        <Words
          text={selectAccount.signedInAs}
          values={{
            person: <strong dir="auto">{person.name}</strong>,
            email: <Email address={person.email} />,
          }}
        />
      </p>
      <form method="post" action="/signin/account">
        <HiddenFields values={hidden} />
        <button class="button" type="submit">
          <Words text={selectAccount.continueAs} values={{ person: <span dir="auto">{person.name}</span> }} />
        </button>
        <a class="button quiet" href={otherHref}>
          {selectAccount.useOther}
        </a>
      </form>
    </GateLayout>
  );
};
