import type { Config } from './config/schema.ts';

/** What a request said, fit for a line of the terminal. A token that stands in the wrong place is not shown there, either. */
export const quoted = (text: string): string =>
  /pc_[a-z]{2}_|eyJ/.test(text) ? '(a token)' : JSON.stringify(text.slice(0, 200));

/**
 * One line in the terminal of whoever develops an app, about what the app's page must not be told or cannot read. In
 * production nothing is written: strangers choose what stands in it.
 */
export function hint({ environment }: Pick<Config, 'environment'>, text: string): void {
  if (environment === 'development') console.warn(`portcullis: ${text}`);
}
