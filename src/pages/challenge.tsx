import type { Asked } from '../challenge/challenge.ts';
import { TURNSTILE_SCRIPT } from '../challenge/turnstile.ts';
import { type Fault, faultInWords } from '../texts/fault.ts';
import { Alert } from './alert.tsx';
import { HiddenFields } from './hidden-fields.tsx';
import { GateLayout } from './layout.tsx';
import { usePresentation } from './presentation.tsx';
import { workScriptPath } from './script/assets.ts';

export interface ChallengePageProps {
  asked: Asked;
  /** Where it leads back to; carried along in the form. */
  hidden: Record<string, string | undefined>;
  fault?: Fault | undefined;
}

/** The browser computes, and the form is sent by itself. */
const Work = ({ challenge, difficulty }: Extract<Asked, { kind: 'proof-of-work' }>) => {
  const { progress, start, withoutScript } = usePresentation().texts.challenge;
  return (
    <>
      <HiddenFields values={{ answer: '' }} />
      <progress
        max="1"
        value="0"
        aria-label={progress}
        hidden
        data-challenge={challenge}
        data-difficulty={String(difficulty)}
      />
      <button class="button" type="submit" hidden data-start>
        {start}
      </button>
      <p class="notice" data-without-script>
        {withoutScript}
      </p>
      <script type="module" src={workScriptPath} />
    </>
  );
};

const Widget = ({ siteKey }: Extract<Asked, { kind: 'turnstile' }>) => {
  const { next, withoutScript } = usePresentation().texts.challenge;
  return (
    <>
      <div class="cf-turnstile" data-sitekey={siteKey} data-response-field-name="answer" />
      <button class="button" type="submit">
        {next}
      </button>
      <noscript>
        <p class="notice">{withoutScript}</p>
      </noscript>
      <script src={TURNSTILE_SCRIPT} async defer />
    </>
  );
};

export const ChallengePage = ({ asked, hidden, fault }: ChallengePageProps) => {
  const presentation = usePresentation();
  const { challenge } = presentation.texts;
  return (
    <GateLayout title={challenge.title} faulty={fault !== undefined}>
      <h1>{challenge.title}</h1>
      {fault && <Alert id="form-error" message={faultInWords(presentation, fault)} />}
      <p class="lead">{asked.kind === 'turnstile' ? challenge.confirm : challenge.work}</p>
      <form method="post" action="/signin/challenge">
        <HiddenFields values={hidden} />
        {asked.kind === 'turnstile' ? <Widget {...asked} /> : <Work {...asked} />}
      </form>
    </GateLayout>
  );
};
