/** Mails. An empty line ends a paragraph. */
export const mail = {
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
    device: 'Device: {device}',
    place: 'Place: {place}',
    when: 'When: {time}',
    text: `Somebody reused a token of yours, so we ended that session.

{details}

A token works once and is then replaced. One that had already been replaced came back, which happens when somebody has copied it. Nobody can use it any more, and the app will ask you to sign in again.

If you do not know this device, look at where you are signed in and sign out everywhere:
{account}
`,
  },
} as const;
