import { rpIdOf } from '../config/passkeys.ts';
import type { Config } from '../config/schema.ts';
import type { OpenWays } from '../user/types.ts';
import { offersEmailCodes } from './email-methods.ts';

/** Which ways to sign in are open to somebody who has what they take. */
export const openWays = (config: Config): OpenWays => ({
  passwords: config.passwords.enabled,
  passkeys: rpIdOf(config) !== undefined,
  emailCodes: offersEmailCodes(config),
  providers: Object.keys(config.providers),
});
