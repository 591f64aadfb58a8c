/** One plain-text message to one person. */
export interface MailMessage {
  /** The address of the recipient. */
  to: string;
  subject: string;
  text: string;
  /** Milliseconds since the epoch. */
  sentAt: number;
  /** Names the message, however often it is delivered: the id of the event that caused it. */
  id: string;
}

/**
 * Sends mail. Sending the same id again must not make a second message where the provider can tell.
 * @throws MailRefused when trying again would change nothing; any other error may pass.
 */
export interface Mailer {
  send(message: MailMessage): Promise<void>;
}

/** This message will never be taken. Holds nothing of the message, its recipient or what the provider said. */
export class MailRefused extends Error {
  override name = 'MailRefused';
}

/** Whom mail is from. */
export interface Sender {
  address: string;
  name: string;
}
