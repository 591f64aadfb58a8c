import { env, runDurableObjectAlarm } from 'cloudflare:test';
import { createIdentifiers } from '../../src/identifier/identifiers.ts';
import type { MailMessage } from '../../src/mail/mail.ts';
import { readMailbox } from '../../src/mail/mailbox.ts';

const identifiers = createIdentifiers(env.IDENTIFIER);

/** What is in somebody's mailbox, the newest first, once their object has sent what waited. */
export async function mailOf(address: string): Promise<MailMessage[]> {
  const userId = await identifiers.lookup(address);
  if (userId) await runDurableObjectAlarm(env.USER.getByName(userId));
  return (await readMailbox(env.MAILBOX)).filter(({ to }) => to === address);
}

/** The code in a message. */
export const codeIn = ({ text }: MailMessage): string =>
  /code is (\d{4} \d{4})/.exec(text)?.[1]?.replace(' ', '') ?? '';

/** The code that was mailed last. */
export async function lastCode(address: string): Promise<string> {
  for (let tries = 0; tries < 20; tries += 1) {
    const found = (await mailOf(address)).find((message) => codeIn(message) !== '');
    if (found) return codeIn(found);
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
  throw new Error(`no code was mailed to ${address}`);
}

/** Another code than this one. */
export const wrongCode = (code: string): string => String((Number(code) + 1) % 10 ** 8).padStart(8, '0');
