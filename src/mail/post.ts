import { MailRefused } from './mail.ts';

/** From the first byte sent to the answer's head. */
const TIMEOUT_MILLISECONDS = 10_000;

/** Statuses that are about the message itself; the rest (the token, a limit, trouble) is mended, or passes. */
const final = new Set([400, 413, 415, 422]);

/**
 * Hands a message to a provider as JSON. The status is the whole answer: not a byte of what it has to say is read, so
 * that it can neither be endless nor get into a log.
 * @throws MailRefused for a message that it will never take, Error for anything else but success.
 */
export async function postMail(url: string, headers: Record<string, string>, body: unknown): Promise<void> {
  const response = await fetch(url, {
    method: 'POST',
    headers: { 'Content-Type': 'application/json', ...headers },
    body: JSON.stringify(body),
    // The token and the mail are for this address only.
    redirect: 'manual',
    signal: AbortSignal.timeout(TIMEOUT_MILLISECONDS),
  }).catch(() => {
    // Without the cause: it may quote what was sent.
    throw new Error('the mail provider gives no answer');
  });
  await response.body?.cancel().catch(() => undefined);
  if (response.ok) return;
  if (final.has(response.status))
    throw new MailRefused(`the mail provider refuses: status ${response.status}`);
  throw new Error(`the mail provider answers with status ${response.status}`);
}

/** RFC 5322 §3.4: `"Name" <address>`, where the name has no line break and nothing that ends its quotes. */
export const mailbox = ({ name, address }: { name: string; address: string }): string =>
  `"${name.replace(/[\p{C}\s"\\]+/gu, ' ').trim()}" <${address}>`;

/** An address as mail servers take it everywhere: its domain in punycode (RFC 5891), where it has other letters. */
export function wireAddress(address: string): string {
  const at = address.lastIndexOf('@');
  const domain = URL.parse(`https://${address.slice(at + 1)}/`)?.hostname;
  return domain === undefined ? address : `${address.slice(0, at)}@${domain}`;
}
