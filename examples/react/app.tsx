import { SignedOutError, UnavailableError } from 'portcullis/client';
import { useAuth, useUser } from 'portcullis/client/react';
import { type ReactNode, useState } from 'react';
import { api } from './issuer.ts';

// Why a session ended, in this app's own words.
const reasons: Record<string, string> = {
  sign_out_everywhere: 'You signed out everywhere.',
  session_ended: 'Your session ended.',
  idle_expiry: 'You were away for a long time.',
  absolute_expiry: 'You were signed in for as long as that is allowed.',
  reuse: 'A copy of your sign-in was used, perhaps by a thief, so it was ended.',
  user_changed: 'Somebody else signed in in another tab.',
};

function Reason(): ReactNode {
  const { error } = useAuth();
  if (!error) return null;
  const reason = error instanceof SignedOutError ? reasons[error.reason ?? ''] : undefined;
  return <p role="alert">{reason ?? `That did not work: ${error.message}.`}</p>;
}

function Outside(): ReactNode {
  const { error, signIn, retry } = useAuth();
  return (
    <>
      <h1>You are not signed in</h1>
      <div className="actions">
        <button type="button" className="main" onClick={() => signIn()}>
          Sign in
        </button>
        {error instanceof UnavailableError && (
          <button type="button" onClick={retry}>
            Try again
          </button>
        )}
      </div>
    </>
  );
}

function Inside(): ReactNode {
  const user = useUser();
  const { fetch, signOut, signOutEverywhere } = useAuth();
  const [answer, setAnswer] = useState('');

  async function call(): Promise<void> {
    try {
      const response = await fetch(`${api}/me`);
      setAnswer(JSON.stringify(await response.json(), null, 2));
    } catch (error) {
      setAnswer(String(error));
    }
  }

  return (
    <>
      <h1>
        Welcome, <bdi>{user?.name ?? user?.sub}</bdi>
      </h1>
      <p>
        Signed in as <bdi>{user?.email}</bdi>
      </p>
      <div className="actions">
        <button type="button" className="main" onClick={call}>
          Call the API
        </button>
        <button type="button" onClick={signOut}>
          Sign out
        </button>
        <button type="button" className="danger" onClick={signOutEverywhere}>
          Sign out everywhere
        </button>
      </div>
      <pre aria-live="polite" hidden={!answer}>
        {answer}
      </pre>
    </>
  );
}

export function App(): ReactNode {
  const isIn = useAuth().status === 'signed_in';
  return (
    <>
      <p role="status">{isIn ? 'Signed in' : 'Signed out'}</p>
      <Reason />
      {isIn ? <Inside /> : <Outside />}
    </>
  );
}
