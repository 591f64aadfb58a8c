import { createHash } from 'node:crypto';
import { raw } from 'hono/html';
import { HiddenFields } from './hidden-fields.tsx';
import { GateLayout } from './layout.tsx';

/** The only script of this page; its hash is in the page's policy. Without it the person presses the button. */
export const SUBMIT_SCRIPT = 'document.forms[0].submit()';
/** base64 of its SHA-256. */
export const SUBMIT_SCRIPT_HASH = createHash('sha256').update(SUBMIT_SCRIPT).digest('base64');

export interface FormPostPageProps {
  name: string;
  /** The client's redirect URI, which takes the form. */
  action: string;
  /** The authorization response. */
  values: Record<string, string | undefined>;
}

/** Carries the answer to the client in a body instead of an address (OAuth 2.0 Form Post Response Mode §2). */
export const FormPostPage = ({ name, action, values }: FormPostPageProps) => (
  <GateLayout name={name} title="On to the app">
    <h1>On to the app</h1>
    <p class="lead">
      You are going on to <strong dir="ltr">{new URL(action).host}</strong>.
    </p>
    <form method="post" action={action}>
      <HiddenFields values={values} />
      <button class="button" type="submit">
        Continue
      </button>
    </form>
    <script>{raw(SUBMIT_SCRIPT)}</script>
  </GateLayout>
);
