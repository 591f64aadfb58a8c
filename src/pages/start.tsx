import { FlowPicture } from './flow-picture.tsx';
import { CourtLayout } from './layout.tsx';
import { usePresentation } from './presentation.tsx';
import { Words } from './words.tsx';

export interface StartPageProps {
  issuer: string;
  /** The demo that the default start serves, if it runs. */
  demoUrl?: string | undefined;
}

const links = [
  { href: '/signup', label: 'signUp', about: 'signUpAbout' },
  { href: '/signin', label: 'signIn', about: 'signInAbout' },
  { href: '/account', label: 'account', about: 'accountAbout' },
  { href: '/dev/mailbox', label: 'mailbox', about: 'mailboxAbout' },
  { href: '/.well-known/openid-configuration', label: 'discovery', about: 'discoveryAbout' },
  { href: '/.well-known/jwks.json', label: 'jwks', about: 'jwksAbout' },
] as const;

/** Development only, at `/`: what is running and where to go. */
export const StartPage = ({ issuer, demoUrl }: StartPageProps) => {
  const { name, texts } = usePresentation();
  const { start } = texts.development;
  return (
    <CourtLayout title={start.title}>
      <div class="hero">
        <h1>{start.heading}</h1>
        <p class="lead">
          <Words
            text={start.runs}
            values={{
              name: <strong dir="auto">{name}</strong>,
              issuer: (
                <code class="issuer" dir="ltr">
                  {issuer}
                </code>
              ),
            }}
          />
        </p>
        <div class="actions">
          {demoUrl && (
            <a class="button" href={demoUrl}>
              {start.tryDemo}
            </a>
          )}
          <a class={demoUrl ? 'button quiet' : 'button'} href="/signup">
            {start.signUp}
          </a>
        </div>
      </div>
      <div class="columns">
        <section aria-labelledby="places">
          <h2 id="places">{start.places}</h2>
          <ul class="links">
            {links.map(({ href, label, about }) => (
              <li>
                <a href={href}>{start[label]}</a>
                <span>{start[about]}</span>
              </li>
            ))}
          </ul>
        </section>
        <section aria-labelledby="picture">
          <h2 id="picture">{start.picture}</h2>
          <FlowPicture />
        </section>
      </div>
      <section aria-labelledby="edit">
        <h2 id="edit">{start.edit}</h2>
        <p>
          <Words text={start.editText} values={{ file: <code dir="ltr">portcullis.config.ts</code> }} />
        </p>
      </section>
    </CourtLayout>
  );
};
