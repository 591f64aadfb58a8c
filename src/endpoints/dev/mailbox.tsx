import type { Handler } from 'hono';
import type { Dependencies } from '../../dependencies.ts';
import { readMailbox } from '../../mail/mailbox.ts';
import { showPage } from '../../middleware/page.tsx';
import { MailboxPage } from '../../pages/mailbox.tsx';

/** A page stays light enough to read on a slow line, however much was sent. */
const SHOWN = 12;

/** GET /dev/mailbox: the mail that would have been sent. In any environment but development it does not exist. */
export const mailbox =
  ({ config, environment }: Pick<Dependencies, 'config' | 'environment'>): Handler =>
  async (c) => {
    if (config.environment !== 'development') return c.notFound();
    const messages = await readMailbox(environment.MAILBOX);
    return showPage(c, config, <MailboxPage messages={messages.slice(0, SHOWN)} />);
  };
