import { plural } from '../texts/text.ts';
import { HiddenFields } from './hidden-fields.tsx';
import { CourtLayout, GateLayout } from './layout.tsx';
import { usePresentation } from './presentation.tsx';

export interface RecoveryCodesPageProps {
  /** How many are left. */
  left: number;
}

/** How many recovery codes there are: which they are, nobody knows here. */
export const RecoveryCodesPage = ({ left }: RecoveryCodesPageProps) => {
  const { language, texts } = usePresentation();
  const { recoveryCodes } = texts.secondFactor;
  return (
    <CourtLayout title={recoveryCodes.title}>
      <div class="hero">
        <h1>{recoveryCodes.title}</h1>
        <p class="lead">{recoveryCodes.lead}</p>
        <p>{left > 0 ? plural(language, recoveryCodes.left, left) : recoveryCodes.none}</p>
        <ul class="ways">
          <li>
            <a href="/account/authenticator">{texts.secondFactor.authenticator.title}</a>
          </li>
          <li>
            <a href="/account">{texts.common.yourAccount}</a>
          </li>
        </ul>
      </div>
      <form method="post" action="/account/recovery-codes">
        <p class="hint">{left > 0 && recoveryCodes.replaceHint}</p>
        <div class="actions">
          <button class="button" type="submit">
            {recoveryCodes.replace}
          </button>
        </div>
      </form>
    </CourtLayout>
  );
};

export interface NewRecoveryCodesPageProps {
  /** As people read them. */
  codes: readonly string[];
  /** The sign-in that goes on afterwards; without one it is on to the account. */
  signIn?: { flow: string | undefined } | undefined;
}

/** Shows new recovery codes: now, and never again. */
export const NewRecoveryCodesPage = ({ codes, signIn }: NewRecoveryCodesPageProps) => {
  const { recoveryCodes } = usePresentation().texts.secondFactor;
  return (
    <GateLayout title={recoveryCodes.newTitle}>
      <h1>{recoveryCodes.newTitle}</h1>
      <p class="lead">{recoveryCodes.newLead}</p>
      <ul class="recovery-codes" aria-label={recoveryCodes.list} dir="ltr">
        {codes.map((code) => (
          <li class="secret">{code}</li>
        ))}
      </ul>
      {signIn ? (
        <form method="post" action="/signin/enrol">
          <HiddenFields values={{ flow: signIn.flow, kept: 'yes' }} />
          <button class="button" type="submit">
            {recoveryCodes.kept}
          </button>
        </form>
      ) : (
        <a class="button" href="/account/authenticator">
          {recoveryCodes.kept}
        </a>
      )}
    </GateLayout>
  );
};
