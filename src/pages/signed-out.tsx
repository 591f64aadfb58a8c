import { GateLayout } from './layout.tsx';

export interface SignedOutPageProps {
  name: string;
  signInHref: string;
}

export const SignedOutPage = ({ name, signInHref }: SignedOutPageProps) => (
  <GateLayout name={name} title="Signed out" barred>
    <h1>You are signed out</h1>
    <p class="lead">
      Your session on this device is over, and so is the access of every app that it had opened.
    </p>
    <a class="button" href={signInHref}>
      Sign in again
    </a>
  </GateLayout>
);
