import { createHash } from 'node:crypto';
import { raw } from 'hono/html';
import { HiddenFields } from './hidden-fields.tsx';
import { GateLayout } from './layout.tsx';
import { usePresentation } from './presentation.tsx';
import { Words } from './words.tsx';

/** The only script of this page; its hash is in the page's policy. Without it the person presses the button. */
export const SUBMIT_SCRIPT = 'document.forms[0].submit()';
/** base64 of its SHA-256. */
export const SUBMIT_SCRIPT_HASH = createHash('sha256').update(SUBMIT_SCRIPT).digest('base64');

export interface FormPostPageProps {
  /** The client's redirect URI, which takes the form. */
  action: string;
  /** The authorization response. */
  values: Record<string, string | undefined>;
}

/** Carries the answer to the client in a body instead of an address (OAuth 2.0 Form Post Response Mode §2). */
export const FormPostPage = ({ action, values }: FormPostPageProps) => {
  const { common, formPost } = usePresentation().texts;
  return (
    <GateLayout title={formPost.title}>
      <h1>{formPost.title}</h1>
      <p class="lead">
        <Words text={formPost.goingOn} values={{ host: <strong dir="ltr">{new URL(action).host}</strong> }} />
      </p>
      <form method="post" action={action}>
        <HiddenFields values={values} />
        <button class="button" type="submit">
          {common.continue}
        </button>
      </form>
      <script>{raw(SUBMIT_SCRIPT)}</script>
    </GateLayout>
  );
};
