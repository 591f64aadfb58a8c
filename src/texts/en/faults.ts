/** What is wrong with a form or one of its fields. */
export const faults = {
  locked: {
    one: 'Too many attempts. Try again in {count} minute.',
    other: 'Too many attempts. Try again in {count} minutes.',
  },
  password_mismatch: 'That email and password do not match.',
  totp_wrong: 'That code is not right. Enter the one that the app shows now.',
  totp_used: 'That code has been used. Wait for the next one.',
  recovery_code_wrong: 'That is none of your recovery codes, or it has been used.',
  setup_expired: 'That took too long. Scan the new picture.',
  present_password_wrong: 'That is not your present password.',
  password_too_short: {
    one: 'Use at least {count} character. A few words together work well.',
    other: 'Use at least {count} characters. A few words together work well.',
  },
  password_too_long: {
    one: 'Use at most {count} character.',
    other: 'Use at most {count} characters.',
  },
  password_pattern: 'This repeats itself or follows the alphabet or the keyboard. Use a few words instead.',
  password_of_context:
    'This is mostly your name, your address or the name of this service. Use a few other words.',
  password_common: 'This is among the passwords that are guessed first. Use one that nobody else has.',
  last_way_in: 'This is the only way in that you have: add another one first.',
  code_malformed: 'Type the eight digits of the code.',
  code_wrong: 'That is not the code that we sent last.',
  passwords_off: 'Nobody signs in with a password here.',
  passkey_not_for_us:
    'Your browser’s answer cannot be used here. Try again; if it stays, tell whoever runs this service.',
  passkey_too_late: 'That took too long, or this page was used before. Try again.',
  passkey_unverified:
    'Your device did not check that it is you: set up its PIN, fingerprint or face, and try again.',
  passkey_unknown: 'This passkey is not known here. It may have been removed from your account.',
  passkey_counter:
    'This passkey was refused: there may be a copy of it in other hands. If you have another way to sign in, use it and remove this passkey.',
  passkey_unsupported: 'Your device makes passkeys of a kind that is not taken here.',
  passkey_exists: 'This passkey is on your account already.',
  passkey_last_way_in: 'This is your only way to sign in: add another before you remove it.',
  passkeys_too_many: {
    one: 'You have {count} passkey, and no more fit: remove it first.',
    other: 'You have {count} passkeys, and no more fit: remove one first.',
  },
  sign_up_expired: 'That took too long. Fill in the form again.',
  name_missing: 'Enter your name.',
  name_too_long: {
    one: 'Use at most {count} character for your name.',
    other: 'Use at most {count} characters for your name.',
  },
  email_malformed: 'Enter one email address, like you@example.com.',
  email_same: 'That is the address that your account has already.',
  email_taken: 'There is an account with this email already. Sign in instead.',
  email_not_invited: 'The invitation is for another address.',
  email_domain_closed: 'Accounts are for addresses at other domains only.',
  user_code_malformed: 'Enter the eight letters that your device shows.',
  user_code_unknown:
    'No device waits under this code. Compare the letters; if they are right, the code has expired or was used: let your device show a new one.',
  too_long: {
    one: 'Use at most {count} character.',
    other: 'Use at most {count} characters.',
  },
  email_not_own: 'That is not the email address of this account.',
  empty: 'This must not be empty.',
  not_text: 'This must be text.',
  not_shown: 'This has characters that cannot be shown.',
  not_known: 'This is not known here.',
  not_boolean: 'This must be true or false.',
  web_address_malformed: 'Enter a web address, like https://example.com.',
  phone_number_malformed: 'Enter the number with + and its country code, like +44 20 7946 0018.',
  birthdate_malformed: 'Enter a date as year-month-day, like 1990-12-31.',
  zoneinfo_unknown: 'Enter a time zone, like Europe/Paris.',
  locale_malformed: 'Enter a language, like en or fr-CA.',
  groups_malformed: 'This must be a list of names.',
  groups_too_many: {
    one: 'Use at most {count} group.',
    other: 'Use at most {count} groups.',
  },
  groups_too_large: 'Together these are longer than a token can hold: use fewer or shorter names.',
} as const;
