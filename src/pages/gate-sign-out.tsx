import { GateLayout } from './layout.tsx';

interface GateSignOutProps {
  /** The operator's name for the gate. */
  name: string;
  /** The host that the browser is at. */
  host: string;
}

/** Asks first, since every page can send a browser here. */
export const GateSignOutPage = ({ name, host, action }: GateSignOutProps & { action: string }) => (
  <GateLayout name={name} title="Sign out">
    <h1>Sign out?</h1>
    <p class="lead">
      You will be signed out of <bdi>{host}</bdi> on this device.
    </p>
    <form method="post" action={action}>
      <button class="button" type="submit">
        Sign out
      </button>
      <a class="button quiet" href="/">
        Cancel
      </a>
    </form>
  </GateLayout>
);

/** Leads back by a click only: where a session lives on, the host itself would sign its person in again at once. */
export const GateSignedOutPage = ({ name, host }: GateSignOutProps) => (
  <GateLayout name={name} title="Signed out" barred>
    <h1>You are signed out</h1>
    <p class="lead">
      Your sign-in at <bdi>{host}</bdi> on this device is over.
    </p>
    <a class="button" href="/">
      Sign in again
    </a>
  </GateLayout>
);
