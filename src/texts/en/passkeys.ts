/** Signing in with a passkey, making one, and the list of them. */
export const passkeys = {
  use: 'Use a passkey',
  /** The browser said no, or the person did. */
  notUsed: 'No passkey was used. You can try again.',
  notMade: 'No passkey was made. You can try again.',
  /** The device holds one of this account. */
  madeBefore: 'There is a passkey for your account on this device already.',
  missing: 'Passkeys need JavaScript, and a browser that has passkeys.',
  secondFactor: {
    lead: 'Show with your passkey or security key that it is you.',
    use: 'Use your passkey',
  },
  signUp: {
    title: 'Create your passkey',
    lead: 'It takes the place of a password for {email}: you unlock it as you unlock this device.',
    create: 'Create passkey',
    back: 'Change what you entered',
  },
  manage: {
    title: 'Your passkeys',
    lead: 'A passkey signs you in the way you unlock your device. It cannot be guessed, and no forged page can ask for it.',
    list: 'Passkeys',
    none: 'You have none yet.',
    synced: 'Synced: on every device that you share your passkeys with.',
    notYetSynced: 'Can be synced to your other devices, but is not yet.',
    deviceBound: 'Only on the device that made it.',
    created: 'Created {time}',
    lastUsed: 'Last used {time}',
    neverUsed: 'Not used yet',
    name: 'Name',
    /** What a screen reader says after "Name". */
    nameWhat: 'of {passkey}',
    rename: 'Rename',
    remove: 'Remove',
    add: 'Add a passkey',
    addHint: 'Your browser asks where to keep it: on this device, on your phone, or on a security key.',
    create: 'Create a passkey',
    back: 'Back to your account',
  },
} as const;
