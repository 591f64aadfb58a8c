import { FlowPicture } from './flow-picture.tsx';
import { CourtLayout } from './layout.tsx';

export interface StartPageProps {
  name: string;
  issuer: string;
  /** The demo that the default start serves, if it runs. */
  demoUrl?: string | undefined;
}

const links = [
  { href: '/signup', label: 'Sign up', about: 'make the first account' },
  { href: '/signin', label: 'Sign in', about: 'with email and password' },
  { href: '/account', label: 'Your account', about: 'devices, sign-out, and why one ended' },
  { href: '/dev/mailbox', label: 'Mailbox', about: 'the mail that would have been sent' },
  {
    href: '/.well-known/openid-configuration',
    label: 'Discovery document',
    about: 'what clients read first',
  },
  { href: '/.well-known/jwks.json', label: 'JWKS', about: 'the public signing keys' },
];

/** Development only, at `/`: what is running and where to go. */
export const StartPage = ({ name, issuer, demoUrl }: StartPageProps) => (
  <CourtLayout name={name} title="Start">
    <div class="hero">
      <h1>The gate is up.</h1>
      <p class="lead">
        <strong dir="auto">{name}</strong> runs in development at{' '}
        <code class="issuer" dir="ltr">
          {issuer}
        </code>
      </p>
      <div class="actions">
        {demoUrl && (
          <a class="button" href={demoUrl}>
            Try the demo
          </a>
        )}
        <a class={demoUrl ? 'button quiet' : 'button'} href="/signup">
          Sign up
        </a>
      </div>
    </div>
    <div class="columns">
      <section aria-labelledby="places">
        <h2 id="places">Where to go</h2>
        <ul class="links">
          {links.map(({ href, label, about }) => (
            <li>
              <a href={href}>{label}</a>
              <span>{about}</span>
            </li>
          ))}
        </ul>
      </section>
      <section aria-labelledby="picture">
        <h2 id="picture">How it works</h2>
        <FlowPicture />
      </section>
    </div>
    <section aria-labelledby="edit">
      <h2 id="edit">What to edit</h2>
      <p>
        Everything an operator decides is in <code>portcullis.config.ts</code>: the clients that may ask
        people to sign in, the routes that the gate protects, and how fresh each decision must be. Save it,
        and the running Worker reloads.
      </p>
    </section>
  </CourtLayout>
);
