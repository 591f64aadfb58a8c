import { type Fault, faultInWords } from '../texts/fault.ts';
import { fill } from '../texts/text.ts';
import { Field } from './field.tsx';
import { GateLayout } from './layout.tsx';
import { MAXIMUM_EMAIL_LENGTH } from './limits.ts';
import { LogoutFrames } from './logout-frames.tsx';
import { usePresentation } from './presentation.tsx';

export interface DeleteAccountPageProps {
  /** What must be typed. */
  email: string;
  /** What is wrong with what was typed. */
  fault?: Fault | undefined;
}

/** Says what goes, and asks for what nobody types by mistake. */
export const DeleteAccountPage = ({ email, fault }: DeleteAccountPageProps) => {
  const presentation = usePresentation();
  const { common, deleteAccount } = presentation.texts;
  const { devices, apps, everything, address } = deleteAccount;
  return (
    <GateLayout title={deleteAccount.title} faulty={fault !== undefined}>
      <h1>{deleteAccount.title}</h1>
      <p class="lead">{deleteAccount.lead}</p>
      <ul class="points">
        {[devices, apps, everything, address].map((part) => (
          <li>{part}</li>
        ))}
      </ul>
      <p class="hint">{deleteAccount.elsewhere}</p>
      <p>
        <a href="/account/data">{deleteAccount.download}</a>
      </p>
      <form method="post" action="/account/delete">
        <Field
          name="email"
          label={deleteAccount.confirm}
          hint={fill(deleteAccount.confirmHint, { email })}
          type="email"
          autocomplete="off"
          error={fault && faultInWords(presentation, fault)}
          maxlength={MAXIMUM_EMAIL_LENGTH}
          autofocus={fault !== undefined}
        />
        <button class="button danger" type="submit">
          {deleteAccount.submit}
        </button>
        <a class="button quiet" href="/account">
          {common.cancel}
        </a>
      </form>
    </GateLayout>
  );
};

/** The last page of an account. */
export const AccountDeletedPage = ({ frames }: { frames: readonly string[] }) => {
  const { deleteAccount } = usePresentation().texts;
  return (
    <GateLayout title={deleteAccount.deletedTitle} barred>
      <h1>{deleteAccount.deleted}</h1>
      <p class="lead">{deleteAccount.gone}</p>
      <a class="button" href="/">
        {deleteAccount.start}
      </a>
      <LogoutFrames frames={frames} />
    </GateLayout>
  );
};
