/** Mails. An empty line ends a paragraph. */
export const mail = {
  details: {
    device: 'Device: {device}',
    place: 'Place: {place}',
    when: 'When: {time}',
  },
  /** In every warning. */
  notYou: `If it was not you, sign out every device and every app at once. This link does it, without signing in, for 7 days:
{end}`,
  newDevice: {
    subject: 'New sign-in to your {name} account',
    text: `Somebody signed in to your {name} account in a browser that we had not seen before.

{details}

If it was you, you need not do anything.

{notYou}
`,
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
  secondFactor: {
    kinds: {
      totp_enrolled: {
        subject: 'An authenticator app was set up for your {name} account',
        what: 'From now on your {name} account asks for the code of an authenticator app after the password.',
      },
      totp_replaced: {
        subject: 'Another authenticator app was set up for your {name} account',
        what: 'Your {name} account now takes the codes of another authenticator app. Those of the one before do not work any more.',
      },
      totp_removed: {
        subject: 'The authenticator app of your {name} account was turned off',
        what: 'Your {name} account does not ask for the code of an authenticator app any more.',
      },
      recovery_codes_replaced: {
        subject: 'New recovery codes for your {name} account',
        what: 'New recovery codes were made for your {name} account. Those before do not work any more.',
      },
      recovery_code_used: {
        subject: 'A recovery code of your {name} account was used',
        what: 'Somebody used one of the recovery codes of your {name} account as its second factor. It does not work again.',
      },
      second_factor_locked: {
        subject: 'Wrong codes for your {name} account',
        what: 'Somebody got as far as the second factor of your {name} account, and then entered several wrong codes. They may know your password. For a while we take no more codes from where they tried.',
      },
    },
    text: `{what}

{details}

{notYou}

Then set a new password, and look at your account:
{reset}
{account}
`,
  },
  alreadyHere: {
    subject: 'You have a {name} account already',
    text: `Somebody tried to make a {name} account with this email address, which has one. If it was you, sign in:
{signIn}

Asked for from:
{details}

If it was not you, you need not do anything.
`,
  },
  addressInUse: {
    subject: 'You have a {name} account already',
    text: `Somebody tried to give their {name} account this email address, which is another account’s. An address belongs to one account, so nothing changes. If it was you, sign in to the account that has it:
{signIn}

Asked for from:
{details}

If it was not you, you need not do anything.
`,
  },
  emailChanged: {
    kinds: {
      former: {
        subject: 'The email address of your {name} account was changed',
        what: 'This was the email address of your {name} account, and is not any more: another one was confirmed, by a code that we sent here and one that we sent there. Nobody signs in with this address now, and we write to the new one from now on.',
        last: 'If it was not you, somebody is signed in to your account and reads your mail. Change the password of your mailbox, and tell whoever runs {issuer} at once.',
      },
      current: {
        subject: 'This is now the email address of your {name} account',
        what: 'From now on you sign in to your {name} account with this address, and we write to it.',
        last: 'If you do not know the account, tell whoever runs {issuer}.',
      },
      undone: {
        subject: 'Your {name} account keeps its email address',
        what: 'The email address of your {name} account was to be changed, but another account took the new one first. Your account keeps this address: sign in with it as before.',
        last: 'If you asked for no change, look at where you are signed in: {issuer}/account',
      },
    },
    text: `{what}

{when}

{last}
{warning}`,
  },
  passwordChanged: {
    subject: 'Your {name} password was changed',
    changed: 'The password of your {name} account was changed.',
    reset: 'The password of your {name} account was set anew, by a code that we sent to this address.',
    text: `{what}

{details}

Every other device was signed out.

{notYou}

Then set a new password. Nobody can do that who cannot read your mail:
{reset}
`,
  },
  passkey: {
    kinds: {
      added: {
        subject: 'A passkey was added to your {name} account',
        what: 'Whoever has it can sign in to your account. If it was not you, remove it at once:',
      },
      removed: {
        subject: 'A passkey was removed from your {name} account',
        what: 'It signs nobody in any more. If it was not you, look at your passkeys and at where you are signed in:',
      },
      refused: {
        subject: 'Security notice from {name}: a passkey of yours was refused',
        what: 'It counts how often it is used, and what it counted went back. That happens when somebody has made a copy of it. Nobody was signed in. If you have another way to sign in, remove this passkey:',
      },
    },
    text: `{what}
{passkeys}

{details}

{notYou}
`,
  },
  provider: {
    kinds: {
      connected: {
        subject: '{provider} was connected to your {name} account',
        what: 'Whoever signs in there, with the account that was connected, can now sign in to yours. If it was not you, disconnect it at once:',
      },
      disconnected: {
        subject: '{provider} was disconnected from your {name} account',
        what: 'It signs nobody in to your account any more. If it was not you, look at how your account can be signed in to:',
      },
    },
    text: `{what}
{providers}

{details}

{notYou}
`,
  },
  welcome: {
    subject: 'Welcome to {name}',
    text: `Your {name} account with this email address is ready.

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

Your account shows where you are signed in:
{account}

{notYou}
`,
  },
  risk: {
    subject: 'Security notice from {name}: unusual use of your account',
    app: 'App: {app}',
    text: `Something unusual was noticed about your account:

{signals}

{answer}

{details}

Your account shows where you are signed in:
{account}

{notYou}
`,
  },
  accountDeleted: {
    subject: 'Your {name} account is deleted',
    asked: 'Your {name} account was deleted, as you asked.',
    administrator: 'An administrator of {name} deleted your account.',
    text: `{what}

{when}

Every device was signed out, and no app can get in with this account any more. This email address is free again: with it you can make a new account, which will not be the old one.

What apps keep of you themselves we cannot delete. Ask whoever runs them.
{notYou}
We will not write to you again.
`,
    notYou: `
If it was not you, somebody was signed in as you and typed in this address. The account cannot be brought back. Change the password of your mailbox, and tell whoever runs {issuer}.
`,
  },
} as const;
