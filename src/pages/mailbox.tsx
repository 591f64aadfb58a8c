import type { MailMessage } from '../mail/mail.ts';
import { Email } from './email.tsx';
import { CourtLayout } from './layout.tsx';
import { Time } from './time.tsx';

export interface MailboxPageProps {
  name: string;
  /** Newest first. */
  messages: MailMessage[];
}

/** Development only: the mail that would have been sent. */
export const MailboxPage = ({ name, messages }: MailboxPageProps) => (
  <CourtLayout name={name} title="Mailbox">
    <div class="hero">
      <h1>Mailbox</h1>
      <p class="lead">
        In development no mail leaves this machine: it arrives here. The newest 100 are kept.
      </p>
    </div>
    {messages.length === 0 ? (
      <p class="empty">
        No mail yet. <a href="/signup">Sign up</a> and the welcome message arrives here.
      </p>
    ) : (
      messages.map((message) => (
        <article class="letter">
          <h2 dir="auto">{message.subject}</h2>
          <p class="letter-head">
            To <Email address={message.to} />
            <br />
            <Time at={message.sentAt} />
          </p>
          <div class="letter-text" dir="auto">
            {message.text}
          </div>
        </article>
      ))
    )}
    <p class="aside">
      <a href="/">Back to the start page</a>
    </p>
  </CourtLayout>
);
