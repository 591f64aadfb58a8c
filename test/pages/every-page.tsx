import { signals } from '../../src/core/risk/signal.ts';
import { AccountPage } from '../../src/pages/account.tsx';
import { AccountProvidersPage } from '../../src/pages/account-providers.tsx';
import { ActivityPage } from '../../src/pages/activity.tsx';
import { type AgreementInWords, inWords } from '../../src/pages/agreement.tsx';
import { AuthenticatorPage, AuthenticatorSetUpPage } from '../../src/pages/authenticator.tsx';
import { ChallengePage } from '../../src/pages/challenge.tsx';
import { ChangeEmailCodesPage, ChangeEmailPage, EmailNotChangedPage } from '../../src/pages/change-email.tsx';
import { ConsentPage } from '../../src/pages/consent.tsx';
import { AccountDeletedPage, DeleteAccountPage } from '../../src/pages/delete-account.tsx';
import { DeviceCodePage, DeviceConfirmPage, DeviceDonePage } from '../../src/pages/device.tsx';
import {
  EmailAskPage,
  EmailCodeElsewherePage,
  EmailCodeOverPage,
  EmailCodePage,
} from '../../src/pages/email-code.tsx';
import { EndEverythingPage, EverythingEndedPage } from '../../src/pages/end-everything.tsx';
import { ErrorPage } from '../../src/pages/error.tsx';
import { GateSignedOutPage, GateSignOutPage } from '../../src/pages/gate-sign-out.tsx';
import { MailboxPage } from '../../src/pages/mailbox.tsx';
import { NewPasswordPage, PasswordResetPage } from '../../src/pages/new-password.tsx';
import { OwnDataPage } from '../../src/pages/own-data.tsx';
import { PasskeysPage } from '../../src/pages/passkeys.tsx';
import { PasswordPage } from '../../src/pages/password.tsx';
import type { Presentation } from '../../src/pages/presentation.tsx';
import { ProfilePage, profileFields } from '../../src/pages/profile.tsx';
import { ProviderConnectPage } from '../../src/pages/provider-connect.tsx';
import { ProviderEmailKnownPage, ProviderSignUpPage } from '../../src/pages/provider-sign-up.tsx';
import { NewRecoveryCodesPage, RecoveryCodesPage } from '../../src/pages/recovery-codes.tsx';
import { SecondFactorPage } from '../../src/pages/second-factor.tsx';
import { SelectAccountPage } from '../../src/pages/select-account.tsx';
import { SignInPage } from '../../src/pages/sign-in.tsx';
import { SignOutPage } from '../../src/pages/sign-out.tsx';
import { SignUpPage } from '../../src/pages/sign-up.tsx';
import { SignUpPasskeyPage } from '../../src/pages/sign-up-passkey.tsx';
import { SignedOutPage } from '../../src/pages/signed-out.tsx';
import { StartPage } from '../../src/pages/start.tsx';
import { ToProviderPage } from '../../src/pages/to-provider.tsx';
import { TrustedDevicesPage } from '../../src/pages/trusted-devices.tsx';
import { securityEventTypes } from '../../src/user/security-events.ts';
import { rendered } from './rendered.ts';

/** Every page with `text` in every prop that takes one. */
export function everyPage(text: string, shown: Partial<Presentation> = {}): Record<string, string> {
  const at = 1_794_647_100;
  const may: AgreementInWords = inWords(
    {
      scopes: [
        { resource: '', scope: ['openid', text] },
        { resource: text, scope: [text, 'described'] },
        { resource: `https://${text}/`, scope: [] },
      ],
      claims: ['phone_number'],
    },
    [{ resource: text, name: text, scope: { described: text } }],
  );
  const person = { name: text, email: text };
  const links = [{ to: 'website' as const, href: text }];
  const pages = {
    consent: (
      <ConsentPage
        client={{ name: text, host: text, firstParty: false, links }}
        person={person}
        asked={may}
        before={may}
        flow={text}
      />
    ),
    'consent, first party': (
      <ConsentPage
        client={{ name: text, host: undefined, firstParty: true, links: [] }}
        person={person}
        asked={may}
        before={undefined}
        flow={text}
      />
    ),
    profile: (
      <ProfilePage
        values={Object.fromEntries(profileFields.map((field) => [field, text]))}
        faults={{ name: { code: 'empty' }, street_address: { code: 'too_long', count: 200 } }}
      />
    ),
    secondFactor: (
      <SecondFactorPage
        email={text}
        flow={text}
        asked="code"
        otherHref={text}
        trustDays={30}
        signInHref={text}
        fault={{ code: 'totp_wrong' }}
        passkey={<p>{text}</p>}
        alert={{ code: 'passkey_too_late' }}
      />
    ),
    'secondFactor, recovery code': (
      <SecondFactorPage email={text} asked="recovery_code" otherHref={text} trustDays={0} signInHref={text} />
    ),
    authenticatorSetUp: (
      <AuthenticatorSetUpPage
        action="/signin/enrol"
        flow={text}
        qr={{ size: 21, path: 'M0 0h7' }}
        secret={text}
        setup={text}
        cancelHref={text}
        fault={{ code: 'setup_expired' }}
      />
    ),
    authenticator: <AuthenticatorPage since={at * 1000} />,
    recoveryCodes: <RecoveryCodesPage left={9} />,
    newRecoveryCodes: <NewRecoveryCodesPage codes={[text, text]} signIn={{ flow: text }} />,
    trustedDevices: (
      <TrustedDevicesPage
        devices={[{ deviceId: text, deviceName: text, place: text, trustedAt: at * 1000 }]}
      />
    ),
    selectAccount: (
      <SelectAccountPage
        clientName={text}
        person={person}
        hidden={{ flow: text, session: text }}
        otherHref={text}
      />
    ),
    challenge: (
      <ChallengePage
        asked={{ kind: 'proof-of-work', challenge: text, difficulty: 8 }}
        hidden={{ page: text, flow: text }}
        fault={{ code: 'challenge_failed' }}
      />
    ),
    'challenge, turnstile': (
      <ChallengePage asked={{ kind: 'turnstile', siteKey: text }} hidden={{ page: text, flow: text }} />
    ),
    start: <StartPage issuer={text} demoUrl={text} />,
    toProvider: <ToProviderPage label={text} href={text} />,
    ...Object.fromEntries(
      (['email', 'name'] as const).map((field) => [
        `providerSignUp, error in ${field}`,
        <ProviderSignUpPage
          label={text}
          email={text}
          displayName={text}
          fault={{ field, code: 'empty' }}
          signInHref={text}
        />,
      ]),
    ),
    providerEmailKnown: <ProviderEmailKnownPage label={text} email={text} signInHref={text} />,
    providerConnect: <ProviderConnectPage label={text} email={text} accountEmail={text} flow={text} />,
    accountProviders: (
      <AccountProvidersPage
        connected={[
          {
            provider: text,
            label: text,
            issuer: text,
            subject: text,
            email: text,
            linkedAt: at * 1000,
            lastUsedAt: at * 1000,
          },
        ]}
        open={[{ provider: text, label: text }]}
        fault={{ code: 'last_way_in' }}
      />
    ),
    signIn: (
      <SignInPage
        clientName={text}
        providers={[{ provider: text, label: text }]}
        flow={text}
        email={text}
        fault={{ code: 'password_mismatch' }}
        emailCodes
        resetHref={text}
        signUpHref={text}
        withPassword
        passkey={{ options: text, signals: [{ method: 'signalUnknownCredential', details: text }] }}
      />
    ),
    'signIn, passkeys only': (
      <SignInPage signUpHref={text} withPassword={false} passkey={{ options: text, signals: [] }} />
    ),
    'signUp, passkeys only': (
      <SignUpPage minimumLength={15} signInHref={text} withPassword={false} withPasskey />
    ),
    signUpPasskey: (
      <SignUpPasskeyPage
        clientName={text}
        email={text}
        options={text}
        hidden={{ flow: text, sign_up: text }}
        fault={{ code: 'passkey_too_late' }}
        backHref={text}
      />
    ),
    passkeys: (
      <PasskeysPage
        passkeys={[true, false].map((synced) => ({
          credentialId: text,
          name: text,
          backupEligible: synced,
          backedUp: synced,
          transports: [text],
          aaguid: text,
          createdAt: at * 1000,
          lastUsedAt: synced ? at * 1000 : null,
        }))}
        options={text}
        signals={[{ method: 'signalAllAcceptedCredentials', details: text }]}
        fault={{ code: 'passkey_last_way_in' }}
      />
    ),
    emailAsk: (
      <EmailAskPage
        to="signIn"
        flow={text}
        email={text}
        fault={{ code: 'email_malformed' }}
        signInHref={text}
      />
    ),
    emailSignUp: <EmailAskPage to="signUp" flow={text} invite={text} signInHref={text} />,
    emailReset: <EmailAskPage to="reset" signInHref={text} />,
    emailCode: <EmailCodePage address={text} certain={false} againHref={text} />,
    'emailCode, error': (
      <EmailCodePage address={text} certain code="12345678" fault={{ code: 'code_wrong' }} againHref={text} />
    ),
    emailCodeElsewhere: <EmailCodeElsewherePage code="12345678" />,
    emailCodeOver: <EmailCodeOverPage againHref={text} />,
    newPassword: <NewPasswordPage email={text} minimumLength={15} fault={{ code: 'password_common' }} />,
    passwordReset: <PasswordResetPage signInHref={text} />,
    ...Object.fromEntries(
      (['email', 'password', 'name'] as const).map((field) => [
        `signUp, error in ${field}`,
        <SignUpPage
          clientName={text}
          providers={[{ provider: text, label: text }]}
          flow={text}
          email={text}
          displayName={text}
          minimumLength={15}
          fault={{ field, code: 'password_too_short', count: 15 }}
          signInHref={text}
          withPassword
          withPasskey
        />,
      ]),
    ),
    deviceCode: <DeviceCodePage userCode={text} />,
    'deviceCode, error': <DeviceCodePage userCode={text} fault={{ code: 'user_code_unknown' }} />,
    deviceConfirm: (
      <DeviceConfirmPage
        client={{ name: text, firstParty: false }}
        person={{ ...person, userId: text }}
        userCode={text}
        authorizationId={text}
        place={text}
        asked={may}
      />
    ),
    deviceAllowed: <DeviceDonePage allowed />,
    deviceDenied: <DeviceDonePage allowed={false} />,
    account: (
      <AccountPage
        offlineApps={[text]}
        consents={[{ clientId: text, clientName: text, may, grantedAt: at }]}
        profile={{ userId: text, email: text, emailVerified: false, name: text }}
        methods={{
          password: { changedAt: at * 1000 },
          passkeys: 2,
          authenticator: { since: at * 1000 },
          recoveryCodes: 9,
          trustedDevices: 1,
          providers: 1,
        }}
        offered={{ password: true, passkeys: true, secondFactor: true, providers: true, mail: true }}
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
    activity: (
      <ActivityPage
        events={securityEventTypes.map((type) => ({
          type,
          at: at * 1000,
          deviceName: text,
          place: text,
          clientName: text,
          isNewDevice: true,
          ...(type === 'risk_signals' && { noticed: { signals: [...signals], answer: 'step_up' } }),
        }))}
        ended={[{ what: 'app', clientName: text, deviceName: text, cause: 'reuse', endedAt: at }]}
      />
    ),
    ownData: <OwnDataPage />,
    deleteAccount: <DeleteAccountPage email={text} fault={{ code: 'email_not_own' }} />,
    changeEmail: (
      <ChangeEmailPage
        present={text}
        verified={false}
        pending={text}
        typed={text}
        fault={{ code: 'email_same' }}
      />
    ),
    changeEmailCodes: (
      <ChangeEmailCodesPage
        from={{ address: text, proved: true }}
        to={{ address: text, proved: false, code: '12345678', fault: { code: 'code_wrong' } }}
      />
    ),
    emailNotChanged: <EmailNotChangedPage reason="taken" />,
    'emailNotChanged, busy': <EmailNotChangedPage reason="busy" />,
    accountDeleted: <AccountDeletedPage frames={[]} />,
    endEverything: <EndEverythingPage alert={text} offersReset />,
    'endEverything, no password': <EndEverythingPage alert={text} offersReset={false} />,
    everythingEnded: <EverythingEndedPage again={false} offersReset />,
    'everythingEnded, no password': <EverythingEndedPage again={false} offersReset={false} />,
    'everythingEnded, again': <EverythingEndedPage again offersReset />,
    signOut: <SignOutPage clientName={text} hidden={{ [text]: text }} />,
    password: (
      <PasswordPage
        email={text}
        minimumLength={15}
        fault={{ field: 'current_password', code: 'locked', count: 1 }}
      />
    ),
    gateSignOut: <GateSignOutPage host={text} action={text} />,
    gateSignedOut: <GateSignedOutPage host={text} />,
    signedOut: <SignedOutPage signInHref={text} />,
    error: (
      <ErrorPage
        title={text}
        message="{detail}"
        values={{ detail: text }}
        action={{ href: text, label: text }}
        requestId={text}
      />
    ),
    mailbox: <MailboxPage messages={[{ to: text, subject: text, text, sentAt: at * 1000, id: text }]} />,
  };
  return Object.fromEntries(
    Object.entries(pages).map(([page, node]) => [page, rendered(node, { name: text, ...shown })]),
  );
}
