import type { Config } from '../config/schema.ts';
import { LONGEST_PASSWORD, type PasswordContext, passwordFault } from '../core/account/password-rules.ts';
import type { Fault } from '../texts/fault.ts';
import { isBreachedPassword } from './breached.ts';
import { isCommonPassword } from './common.ts';

/**
 * What is wrong with a new password, or undefined. Where the range API does not answer, the list alone decides: a service
 * elsewhere that is away keeps nobody from choosing a password.
 */
export async function newPasswordFault(
  { passwords }: Pick<Config, 'passwords'>,
  password: string,
  context: PasswordContext,
): Promise<Fault | undefined> {
  switch (passwordFault(password, context)) {
    case 'too_short':
      return { code: 'password_too_short', count: context.minimumLength };
    case 'too_long':
      return { code: 'password_too_long', count: LONGEST_PASSWORD };
    case 'pattern':
      return { code: 'password_pattern' };
    case 'context':
      return { code: 'password_of_context' };
    case undefined:
      return (await isKnown(passwords.breached, password)) ? { code: 'password_common' } : undefined;
  }
}

async function isKnown(source: Config['passwords']['breached'], password: string): Promise<boolean> {
  if (source === 'off') return false;
  if (await isCommonPassword(password)) return true;
  return source === 'range-api' && (await isBreachedPassword(password)) === true;
}
