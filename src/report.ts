/**
 * One line for the operator. It holds where an error came from and never its message: what a library or an origin
 * writes into a message is not ours to vouch for, and may quote a token.
 */
export function report(event: string, requestId: string, error: unknown): void {
  const cause = error instanceof Error && error.cause instanceof Error ? error.cause : undefined;
  console.error(
    JSON.stringify({
      event,
      requestId,
      error: nameOf(error),
      at: framesOf(cause ?? error),
      cause: nameOf(cause),
    }),
  );
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

/** The same of something that went wrong without an error of ours. @param about words of our own alone */
export function reportFailure(event: string, requestId: string, about: Record<string, string>): void {
  console.error(JSON.stringify({ event, requestId, ...about }));
}
