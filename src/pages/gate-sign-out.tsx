import { GateLayout } from './layout.tsx';
import { usePresentation } from './presentation.tsx';
import { Words } from './words.tsx';

interface GateSignOutProps {
  /** The host that the browser is at. */
  host: string;
}

/** Asks first, since every page can send a browser here. */
export const GateSignOutPage = ({ host, action }: GateSignOutProps & { action: string }) => {
  const { common, signOut } = usePresentation().texts;
  return (
    <GateLayout title={signOut.title}>
      <h1>{signOut.heading}</h1>
      <p class="lead">
        <Words text={signOut.here} values={{ name: <bdi>{host}</bdi> }} />
      </p>
      <form method="post" action={action}>
        <button class="button" type="submit">
          {signOut.submit}
        </button>
        <a class="button quiet" href="/">
          {common.cancel}
        </a>
      </form>
    </GateLayout>
  );
};

/** Leads back by a click only: where a session lives on, the host itself would sign its person in again at once. */
export const GateSignedOutPage = ({ host }: GateSignOutProps) => {
  const { signOut } = usePresentation().texts;
  return (
    <GateLayout title={signOut.signedOutTitle} barred>
      <h1>{signOut.signedOut}</h1>
      <p class="lead">
        <Words text={signOut.overAtHost} values={{ host: <bdi>{host}</bdi> }} />
      </p>
      <a class="button" href="/">
        {signOut.signInAgain}
      </a>
    </GateLayout>
  );
};
