import { currentContext } from '../request/context.ts';

export type Level = 'info' | 'warn' | 'error';

/**
 * What a line may say beside what happened: words of our own, names out of the configuration, numbers. Never a token, a
 * code, an address of a person or of their network, a path, a query, or the message of an error.
 */
export type Fields = Record<string, string | number | readonly string[] | undefined>;

const write: Record<Level, (line: string) => void> = {
  info: (line) => console.info(line),
  warn: (line) => console.warn(line),
  error: (line) => console.error(line),
};

/**
 * One line for the operator, JSON: the one place that logs are written at. It names the request that it is about, also in
 * an object that was asked for that request. An alarm is about none.
 * @param fields a `requestId` among them, for what happens before a request has a context
 */
export function log(level: Level, event: string, fields: Fields = {}): void {
  const requestId = currentContext()?.requestId;
  write[level](JSON.stringify({ level, event, ...(requestId !== undefined && { requestId }), ...fields }));
}
