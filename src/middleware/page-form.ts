import type { Context } from 'hono';
import type { Config } from '../config/schema.ts';
import type { Parameters } from '../core/oauth/parameters.ts';
import { errorPage } from './failure.tsx';
import { readForm } from './form.ts';

/** The fields of a form on one of our own pages, or the page that says why it could not be read. */
export async function readPageForm(c: Context, config: Pick<Config, 'name'>): Promise<Parameters | Response> {
  const parsed = await readForm(c);
  if (parsed.kind === 'parsed') return parsed.parameters;
  return errorPage(c, config, 400, 'That form could not be read', `It is malformed: ${parsed.description}.`);
}
