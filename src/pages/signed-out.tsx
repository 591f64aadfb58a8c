import { GateLayout } from './layout.tsx';

export interface SignedOutPageProps {
  name: string;
  signInHref: string;
  /** Where the client wants the person to go on to; a registered URI. */
  postLogoutUri?: string | undefined;
}

export const SignedOutPage = ({ name, signInHref, postLogoutUri }: SignedOutPageProps) => (
  <GateLayout name={name} title="Signed out" barred>
    <h1>You are signed out</h1>
    <p class="lead">
      Your session on this device is over, and so is the access of every app that it had opened.
    </p>
    {postLogoutUri && (
      <a class="button" href={postLogoutUri}>
        Back to the app
      </a>
    )}
    <a class={postLogoutUri ? 'button quiet' : 'button'} href={signInHref}>
      Sign in again
    </a>
  </GateLayout>
);
