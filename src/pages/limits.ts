/** RFC 5321 §4.5.3.1: a path holds 256 octets, angle brackets included. */
export const MAXIMUM_EMAIL_LENGTH = 254;
export const MAXIMUM_NAME_LENGTH = 100;
export { MAXIMUM_TYPED_USER_CODE_LENGTH } from '../core/oauth/device.ts';
export { MAXIMUM_TYPED_RECOVERY_CODE_LENGTH } from '../core/second-factor/recovery-code.ts';
export { MAXIMUM_TYPED_CODE_LENGTH } from '../core/second-factor/totp-code.ts';
export { MAXIMUM_PASSWORD_LENGTH } from '../crypto/password.ts';
/** Characters of the name that a passkey is known by. */
export const MAXIMUM_PASSKEY_NAME_LENGTH = 60;
