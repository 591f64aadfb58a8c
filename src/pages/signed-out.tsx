import { createHash } from 'node:crypto';
import { raw } from 'hono/html';
import { GateLayout } from './layout.tsx';
import { LogoutFrames } from './logout-frames.tsx';
import { usePresentation } from './presentation.tsx';
import { Words } from './words.tsx';

export interface SignedOutPageProps {
  signInHref: string;
  /** Addresses at which clients sign out in this browser (OpenID Connect Front-Channel Logout §3). */
  frames?: readonly string[];
  /** Where the client that asked wants its person back, once the frames are done. */
  next?: { href: string; clientName: string } | undefined;
}

/** Goes on even if a frame never loads. The only script of this page; its hash is in the page's policy. */
export const GO_ON_SCRIPT =
  'setTimeout(()=>location.replace(document.querySelector("a[rel=next]").href),5000)';
/** base64 of its SHA-256. */
export const GO_ON_SCRIPT_HASH = createHash('sha256').update(GO_ON_SCRIPT).digest('base64');

export const SignedOutPage = ({ signInHref, frames = [], next }: SignedOutPageProps) => {
  const { signOut } = usePresentation().texts;
  return (
    <GateLayout title={signOut.signedOutTitle} barred>
      <h1>{signOut.signedOut}</h1>
      <p class="lead">{signOut.over}</p>
      {next ? (
        <a class="button" rel="next" href={next.href}>
          <Words text={signOut.goOn} values={{ client: <span dir="auto">{next.clientName}</span> }} />
        </a>
      ) : (
        <a class="button" href={signInHref}>
          {signOut.signInAgain}
        </a>
      )}
      <LogoutFrames frames={frames} />
      {next && frames.length > 0 && <script>{raw(GO_ON_SCRIPT)}</script>}
    </GateLayout>
  );
};
