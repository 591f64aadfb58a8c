import { AccountPage } from '../../src/pages/account.tsx';
import { ErrorPage } from '../../src/pages/error.tsx';
import { MailboxPage } from '../../src/pages/mailbox.tsx';
import { SignInPage } from '../../src/pages/sign-in.tsx';
import { SignOutPage } from '../../src/pages/sign-out.tsx';
import { SignUpPage } from '../../src/pages/sign-up.tsx';
import { SignedOutPage } from '../../src/pages/signed-out.tsx';
import { StartPage } from '../../src/pages/start.tsx';

/** Every page with `text` in every prop that takes one. */
export function everyPage(text: string): Record<string, string> {
  const at = 1_794_647_100;
  const pages = {
    start: <StartPage name={text} issuer={text} demoUrl={text} />,
    signIn: (
      <SignInPage name={text} clientName={text} flow={text} email={text} error={text} signUpHref={text} />
    ),
    ...Object.fromEntries(
      (['email', 'password', 'name'] as const).map((field) => [
        `signUp, error in ${field}`,
        <SignUpPage
          name={text}
          clientName={text}
          flow={text}
          email={text}
          displayName={text}
          minimumLength={15}
          error={{ field, message: text }}
          signInHref={text}
        />,
      ]),
    ),
    account: (
      <AccountPage
        name={text}
        offlineApps={['An offline app']}
        profile={{ userId: text, email: text, emailVerified: false, name: text }}
        sessions={[true, false].map((current) => ({
          sessionId: text,
          deviceName: text,
          place: text,
          createdAt: at,
          lastUsedAt: at,
          current,
          apps: [text, text],
        }))}
        ended={[
          { what: 'app', clientName: text, deviceName: text, cause: 'reuse', endedAt: at },
          { what: 'session', deviceName: text, cause: 'sign_out', endedAt: at },
        ]}
      />
    ),
    signOut: <SignOutPage name={text} clientName={text} hidden={{ [text]: text }} />,
    signedOut: <SignedOutPage name={text} signInHref={text} />,
    error: (
      <ErrorPage
        name={text}
        title={text}
        message={text}
        action={{ href: text, label: text }}
        requestId={text}
      />
    ),
    mailbox: (
      <MailboxPage name={text} messages={[{ to: text, subject: text, text, sentAt: at * 1000, id: text }]} />
    ),
  };
  return Object.fromEntries(Object.entries(pages).map(([page, node]) => [page, String(node)]));
}
