import { usePresentation } from './presentation.tsx';
import { Words } from './words.tsx';

/** Where a sign-in leads, if an app sent the person. */
export const ToClient = ({ name }: { name: string | undefined }) =>
  name ? (
    <p class="lead">
      <Words
        text={usePresentation().texts.common.toContinueTo}
        values={{ client: <strong dir="auto">{name}</strong> }}
      />
    </p>
  ) : null;
