import { HiddenFields } from './hidden-fields.tsx';
import { usePresentation } from './presentation.tsx';
import { Words } from './words.tsx';

/** A provider that people may sign in with. */
export interface ProviderChoice {
  /** Its name in the configuration. */
  provider: string;
  label: string;
}

/** A button for each provider; nothing where there is none. */
export const ProviderButtons = ({
  providers,
  flow,
  invite,
}: {
  providers: readonly ProviderChoice[];
  flow?: string | undefined;
  /** The invitation that the person came with. */
  invite?: string | undefined;
}) => {
  const { texts } = usePresentation();
  return providers.length === 0 ? null : (
    <form method="post" action="/signin/provider">
      <p class="aside">{texts.providers.or}</p>
      <HiddenFields values={{ flow, invite }} />
      {providers.map(({ provider, label }) => (
        <button class="button quiet" type="submit" name="provider" value={provider}>
          <Words text={texts.providers.continueWith} values={{ provider: <bdi>{label}</bdi> }} />
        </button>
      ))}
    </form>
  );
};
