/** Mails. An empty line ends a paragraph. */
export const mail = {
  details: {
    device: 'Device: {device}',
    place: 'Place: {place}',
    when: 'When: {time}',
  },
  code: {
    kinds: {
      signIn: {
        subject: '{code} is your {name} code',
        first: 'Somebody asked to sign in to {name} with this email address.',
        last: 'If it was not you, you need not do anything: without this code nobody gets in.',
      },
      reset: {
        subject: '{code} is your {name} code for a new password',
        first: 'Somebody asked to set a new password for the {name} account with this email address.',
        last: 'If it was not you, you need not do anything: your password stays as it is.',
      },
      verify: {
        subject: '{code} confirms your email address for {name}',
        first: 'There is a {name} account with this email address. Confirm that it is yours.',
        last: 'If you do not know the account, you need not do anything.',
      },
      signUp: {
        subject: '{code} is your code to sign up at {name}',
        first: 'Somebody is making a {name} account with this email address.',
        last: 'If it was not you, you need not do anything: without this code there will be no account.',
      },
      changeFrom: {
        subject: '{code} is your code to change your {name} email address',
        first: 'Somebody asked to give your {name} account another email address than this one.',
        last: 'If it was not you, change your password: somebody is signed in to your account.',
      },
      changeTo: {
        subject: '{code} confirms your new email address for {name}',
        first: 'Somebody asked to make this the email address of their {name} account.',
        last: 'If it was not you, you need not do anything: without this code nothing changes.',
      },
    },
    text: `{first}

Your code is {code}

Type it where you asked for it, or open this link in the same browser:
{link}

It works once, within 10 minutes. Give it to nobody: {name} never asks for it, and whoever does is after your account.

Asked for from:
{details}

{last}
`,
  },
  passwordChanged: {
    subject: 'Your {name} password was changed',
    changed: 'The password of your {name} account was changed.',
    reset: 'The password of your {name} account was set anew, by a code that we sent to this address.',
    text: `{what}

{when}

Every other device was signed out. If it was not you, set a new password now. Nobody can do that who cannot read your mail:
{reset}
`,
  },
  welcome: {
    subject: 'Welcome to {name}',
    text: `Your {name} account is ready. You sign in with this email address and the password you chose.

Your account shows every device that is signed in, and lets you sign any of them out:
{account}

If you did not make this account, somebody used your address: you need not do anything, and we will not write again unless something happens to it.
`,
  },
  familyReuse: {
    subject: 'Security notice from {name}: we ended a session',
    app: 'App: {app}',
    text: `Somebody reused a token of yours, so we ended that session.

{details}

A token works once and is then replaced. One that had already been replaced came back, which happens when somebody has copied it. Nobody can use it any more, and the app will ask you to sign in again.

If you do not know this device, look at where you are signed in and sign out everywhere:
{account}
`,
  },
} as const;
