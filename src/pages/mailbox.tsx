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

/** A mail as a mail program shows it: paragraphs, and a line that is a link can be followed. */
const LetterText = ({ text }: { text: string }) =>
  text
    .trim()
    .split('\n\n')
    .map((paragraph) => (
      <p>
        {paragraph.split('\n').map((line, index) => (
          <>
            {index > 0 && <br />}
            {/^https?:\/\/\S+$/.test(line) ? <a href={line}>{line}</a> : line}
          </>
        ))}
      </p>
    ));

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
              <LetterText text={message.text} />
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
