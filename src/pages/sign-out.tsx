import { HiddenFields } from './hidden-fields.tsx';
import { GateLayout } from './layout.tsx';

export interface SignOutPageProps {
  name: string;
  /** The client that asked for it, if one did. */
  clientName?: string | undefined;
  /** Whether every device is meant. */
  everywhere?: boolean;
  /** The parameters of the logout request, carried along in the form. */
  hidden: Record<string, string>;
}

/** Asks first, since every page can send a browser here (OpenID Connect RP-Initiated Logout 1.0 §2). */
export const SignOutPage = ({ name, clientName, everywhere, hidden }: SignOutPageProps) => (
  <GateLayout name={name} title="Sign out">
    <h1>{everywhere ? 'Sign out everywhere?' : 'Sign out?'}</h1>
    <p class="lead">
      {clientName ? (
        <>
          <strong dir="auto">{clientName}</strong> asks to sign you out of <strong dir="auto">{name}</strong>{' '}
          {everywhere ? 'on every device' : 'on this device'}.
        </>
      ) : (
        <>
          You will be signed out of <strong dir="auto">{name}</strong>{' '}
          {everywhere ? 'on every device' : 'on this device'}.
        </>
      )}{' '}
      {everywhere
        ? 'Every app loses its access.'
        : 'The apps that you opened with this sign-in lose their access too.'}
    </p>
    <form method="post" action="/oauth/logout">
      <HiddenFields values={{ ...hidden, confirm: 'yes' }} />
      <button class="button" type="submit">
        {everywhere ? 'Sign out everywhere' : 'Sign out'}
      </button>
      <a class="button quiet" href="/account">
        Cancel
      </a>
    </form>
  </GateLayout>
);
