import type { Context } from 'hono';
import type { Dependencies } from '../dependencies.ts';
import { errorPage } from '../middleware/failure.tsx';

const statuses = {
  unknown: 400,
  over: 400,
  denied: 403,
  failed: 400,
  unavailable: 503,
  taken: 409,
  busy: 503,
  too_many: 409,
} as const;

/** Why a provider signed nobody in. */
export type ProviderFault = keyof typeof statuses;

/**
 * The page that says so: in our words, since nobody can vouch for the provider's.
 * @param label what people call the provider
 * @param href where the person goes on
 */
export function providerFault(
  c: Context,
  { config }: Pick<Dependencies, 'config'>,
  fault: ProviderFault,
  label: string,
  href: string,
): Response | Promise<Response> {
  const status = statuses[fault];
  if (status === 503) c.header('Retry-After', '5');
  return fault === 'unknown'
    ? errorPage(c, config, status, { error: 'provider_unknown', href })
    : errorPage(c, config, status, { error: `provider_${fault}`, values: { provider: label }, href });
}
