import type { Dependencies } from '../dependencies.ts';
import type { ProviderChoice } from '../pages/providers.tsx';

/** The providers that people may choose from. */
export const providerChoices = ({ upstreams }: Pick<Dependencies, 'upstreams'>): ProviderChoice[] =>
  upstreams.all.map(({ name: provider, label }) => ({ provider, label }));
