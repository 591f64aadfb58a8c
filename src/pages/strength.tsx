import { usePresentation } from './presentation.tsx';
import { strengthScriptPath } from './script/assets.ts';

/** Says how hard a new password is to guess, while it is typed, where scripts run. @param of the id of its input */
export const Strength = ({ of }: { of: string }) => {
  const { short, weak, fair, strong } = usePresentation().texts.password.strength;
  return (
    <>
      <p
        class="hint strength"
        role="status"
        data-strength={of}
        data-short={short}
        data-weak={weak}
        data-fair={fair}
        data-strong={strong}
      />
      <script type="module" src={strengthScriptPath} />
    </>
  );
};
