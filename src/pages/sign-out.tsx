import { HiddenFields } from './hidden-fields.tsx';
import { GateLayout } from './layout.tsx';
import { usePresentation } from './presentation.tsx';
import { Words } from './words.tsx';

export interface SignOutPageProps {
  /** The client that asked for it, if one did. */
  clientName?: string | undefined;
  /** Whether every device is meant. */
  everywhere?: boolean;
  /** The parameters of the logout request, carried along in the form. */
  hidden: Record<string, string>;
}

/** Asks first, since every page can send a browser here (OpenID Connect RP-Initiated Logout 1.0 §2). */
export const SignOutPage = ({ clientName, everywhere, hidden }: SignOutPageProps) => {
  const { name, texts } = usePresentation();
  const { common, signOut } = texts;
  const issuer = <strong dir="auto">{name}</strong>;
  return (
    <GateLayout title={signOut.title}>
      <h1>{everywhere ? signOut.headingEverywhere : signOut.heading}</h1>
      <p class="lead">
        {clientName ? (
          <Words
            text={everywhere ? signOut.askedEverywhere : signOut.asked}
            values={{ client: <strong dir="auto">{clientName}</strong>, name: issuer }}
          />
        ) : (
          <Words text={everywhere ? signOut.everywhere : signOut.here} values={{ name: issuer }} />
        )}{' '}
        {everywhere ? signOut.appsTooEverywhere : signOut.appsToo}
      </p>
      <form method="post" action="/oauth/logout">
        <HiddenFields values={{ ...hidden, confirm: 'yes' }} />
        <button class="button" type="submit">
          {everywhere ? signOut.submitEverywhere : signOut.submit}
        </button>
        <a class="button quiet" href="/account">
          {common.cancel}
        </a>
      </form>
    </GateLayout>
  );
};
