import { usePresentation } from './presentation.tsx';

/** Addresses at which clients sign out in this browser (OpenID Connect Front-Channel Logout §3). */
export const LogoutFrames = ({ frames }: { frames: readonly string[] }) => {
  const { signOut } = usePresentation().texts;
  return (
    <>
      {frames.map((src) => (
        // A client's page may sign out, and may do nothing to ours.
        <iframe
          src={src}
          title={signOut.frame}
          hidden
          sandbox="allow-same-origin allow-scripts allow-forms"
        />
      ))}
    </>
  );
};
