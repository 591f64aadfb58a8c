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

/** Sends mail. Sending the same id again must not make a second message. */
export interface Mailer {
  send(message: MailMessage): Promise<void>;
}
