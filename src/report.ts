import { type Fields, log } from './telemetry/log.ts';

/**
 * One line for the operator about an error. It holds where the error came from and never its message: what a library or
 * an origin writes into a message is not ours to vouch for, and may quote a token.
 * @param about what else there is to say: of an alarm the object, by the id that the platform knows it by
 */
export function report(event: string, error: unknown, about: Fields = {}): void {
  const cause = error instanceof Error && error.cause instanceof Error ? error.cause : undefined;
  log('error', event, {
    ...about,
    error: nameOf(error),
    at: framesOf(cause ?? error),
    cause: cause && nameOf(cause),
  });
}

const nameOf = (error: unknown): string => (error instanceof Error ? error.name : typeof error);

/** The frames of a stack; its first lines repeat the message. */
const framesOf = (error: unknown): string[] =>
  error instanceof Error
    ? (error.stack ?? '')
        .split('\n')
        .filter((line) => /^\s+at /.test(line))
        .slice(0, 6)
        .map((line) => line.trim())
    : [];
