import type { MailMessage } from '../mail/mail.ts';
import { Email } from './email.tsx';
import { CourtLayout } from './layout.tsx';
import { usePresentation } from './presentation.tsx';
import { Time } from './time.tsx';
import { Words } from './words.tsx';

export interface MailboxPageProps {
  /** Newest first. */
  messages: MailMessage[];
}

/** Development only: the mail that would have been sent. */
export const MailboxPage = ({ messages }: MailboxPageProps) => {
  const { mailbox } = usePresentation().texts.development;
  return (
    <CourtLayout title={mailbox.title}>
      <div class="hero">
        <h1>{mailbox.title}</h1>
        <p class="lead">{mailbox.lead}</p>
      </div>
      {messages.length === 0 ? (
        <p class="empty">
          <Words text={mailbox.empty} values={{ signUp: <a href="/signup">{mailbox.signUp}</a> }} />
        </p>
      ) : (
        messages.map((message) => (
          <article class="letter">
            <h2 dir="auto">{message.subject}</h2>
            <p class="letter-head">
              <Words text={mailbox.to} values={{ email: <Email address={message.to} /> }} />
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
        <a href="/">{mailbox.back}</a>
      </p>
    </CourtLayout>
  );
};
