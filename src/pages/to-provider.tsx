import { fill } from '../texts/text.ts';
import { GateLayout } from './layout.tsx';
import { usePresentation } from './presentation.tsx';
import { Words } from './words.tsx';

export interface ToProviderPageProps {
  label: string;
  /** The sign-in at the provider. */
  href: string;
}

/** On the way to a provider. A browser goes on by itself; whoever's does not follows the link. */
export const ToProviderPage = ({ label, href }: ToProviderPageProps) => {
  const { providers } = usePresentation().texts;
  return (
    <GateLayout title={fill(providers.onTo, { provider: label })}>
      <h1>
        <Words text={providers.onTo} values={{ provider: <bdi>{label}</bdi> }} />
      </h1>
      <p class="lead">{providers.onToLead}</p>
      <a class="button" href={href}>
        {providers.onToLink}
      </a>
    </GateLayout>
  );
};
