import { canMail } from '../config/mail.ts';
import type { Config } from '../config/schema.ts';

type Needs = Pick<Config, 'emailCodes' | 'environment' | 'mail' | 'passwords'>;

/** Whether people may sign in by a code that is mailed to them. */
export const offersEmailCodes = (config: Needs): boolean => config.emailCodes.enabled ?? canMail(config);

/** Whether a forgotten password can be set anew. */
export const offersReset = (config: Needs): boolean => config.passwords.enabled && canMail(config);
