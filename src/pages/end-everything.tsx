import { HiddenFields } from './hidden-fields.tsx';
import { GateLayout } from './layout.tsx';
import { usePresentation } from './presentation.tsx';
import { Words } from './words.tsx';

/** Whether a new password can be set by a code that is mailed: then that comes next, else a sign-in. */
interface Next {
  offersReset: boolean;
}

/** What the link in a warning is about to do. @param alert what the link holds, carried along in the form */
export const EndEverythingPage = ({ alert, offersReset }: Next & { alert: string }) => {
  const { name, texts } = usePresentation();
  const { title, heading, lead, thenPassword, thenLook, submit, wasYou } = texts.endEverything;
  return (
    <GateLayout title={title}>
      <h1>{heading}</h1>
      <p class="lead">
        <Words text={lead} values={{ name: <strong dir="auto">{name}</strong> }} />
      </p>
      <p>{offersReset ? thenPassword : thenLook}</p>
      <form method="post" action="/alerts/end">
        <HiddenFields values={{ alert }} />
        <button class="button" type="submit">
          {submit}
        </button>
      </form>
      <p>{wasYou}</p>
    </GateLayout>
  );
};

/** @param again the link had been used before, and did nothing now */
export const EverythingEndedPage = ({ again, offersReset }: Next & { again: boolean }) => {
  const { name, texts } = usePresentation();
  const { ended, again: before, reset, signIn } = texts.endEverything;
  const title = again ? before.title : ended.title;
  const done = offersReset ? ended.lead : ended.leadNoPassword;
  return (
    <GateLayout title={title} barred={!again}>
      <h1>{title}</h1>
      <p class="lead">
        <Words text={again ? before.lead : done} values={{ name: <strong dir="auto">{name}</strong> }} />
      </p>
      <a class="button" href={offersReset ? '/reset' : '/signin'}>
        {offersReset ? reset : signIn}
      </a>
    </GateLayout>
  );
};
