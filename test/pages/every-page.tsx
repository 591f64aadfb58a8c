import { AccountPage } from '../../src/pages/account.tsx';
import { type AgreementInWords, inWords } from '../../src/pages/agreement.tsx';
import { ConsentPage } from '../../src/pages/consent.tsx';
import { DeviceCodePage, DeviceConfirmPage, DeviceDonePage } from '../../src/pages/device.tsx';
import { ErrorPage } from '../../src/pages/error.tsx';
import { GateSignedOutPage, GateSignOutPage } from '../../src/pages/gate-sign-out.tsx';
import { MailboxPage } from '../../src/pages/mailbox.tsx';
import { PasswordPage } from '../../src/pages/password.tsx';
import { ProfilePage, profileFields } from '../../src/pages/profile.tsx';
import { SelectAccountPage } from '../../src/pages/select-account.tsx';
import { SignInPage } from '../../src/pages/sign-in.tsx';
import { SignOutPage } from '../../src/pages/sign-out.tsx';
import { SignUpPage } from '../../src/pages/sign-up.tsx';
import { SignedOutPage } from '../../src/pages/signed-out.tsx';
import { StartPage } from '../../src/pages/start.tsx';

/** Every page with `text` in every prop that takes one. */
export function everyPage(text: string): Record<string, string> {
  const at = 1_794_647_100;
  const may: AgreementInWords = inWords(
    {
      scopes: [
        { resource: '', scope: ['openid', text] },
        { resource: text, scope: [text, 'described'] },
        { resource: 'https://api.example/', scope: [] },
      ],
      claims: ['phone_number'],
    },
    [{ resource: text, name: text, scope: { described: text } }],
  );
  const person = { name: text, email: text };
  const links = [{ label: text, href: text }];
  const pages = {
    consent: (
      <ConsentPage
        name={text}
        client={{ name: text, host: text, firstParty: false, links }}
        person={person}
        asked={may}
        before={may}
        flow={text}
      />
    ),
    'consent, first party': (
      <ConsentPage
        name={text}
        client={{ name: text, host: undefined, firstParty: true, links: [] }}
        person={person}
        asked={may}
        before={undefined}
        flow={text}
      />
    ),
    profile: (
      <ProfilePage
        name={text}
        values={Object.fromEntries(profileFields.map((field) => [field, text]))}
        faults={{ name: text, street_address: text }}
      />
    ),
    selectAccount: (
      <SelectAccountPage
        name={text}
        clientName={text}
        person={person}
        hidden={{ flow: text, session: text }}
        otherHref={text}
      />
    ),
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
    deviceCode: <DeviceCodePage name={text} userCode={text} />,
    'deviceCode, error': <DeviceCodePage name={text} userCode={text} error={text} />,
    deviceConfirm: (
      <DeviceConfirmPage
        name={text}
        client={{ name: text, firstParty: false }}
        person={{ ...person, userId: text }}
        userCode={text}
        authorizationId={text}
        place={text}
        asked={may}
      />
    ),
    deviceAllowed: <DeviceDonePage name={text} allowed />,
    deviceDenied: <DeviceDonePage name={text} allowed={false} />,
    account: (
      <AccountPage
        name={text}
        offlineApps={['An offline app']}
        consents={[{ clientId: text, clientName: text, may, grantedAt: at }]}
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
    password: (
      <PasswordPage
        name={text}
        email={text}
        minimumLength={15}
        error={{ field: 'current_password', message: text }}
      />
    ),
    gateSignOut: <GateSignOutPage name={text} host={text} action={text} />,
    gateSignedOut: <GateSignedOutPage name={text} host={text} />,
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
