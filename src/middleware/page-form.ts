import type { Context } from 'hono';
import type { Parameters } from '../core/oauth/parameters.ts';
import { errorPage } from './failure.tsx';
import { readForm } from './form.ts';
import type { PageConfig } from './page.tsx';

/** The fields of a form on one of our own pages, or the page that says why it could not be read. */
export async function readPageForm(c: Context, config: PageConfig): Promise<Parameters | Response> {
  const parsed = await readForm(c);
  if (parsed.kind === 'parsed') return parsed.parameters;
  const values = { detail: parsed.description };
  return errorPage(c, config, 400, { error: 'form_malformed', values });
}
