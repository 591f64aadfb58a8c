import { type Fault, faultInWords } from '../texts/fault.ts';
import { fill } from '../texts/text.ts';
import type { Texts } from '../texts/texts.ts';
import type { Passkey } from '../user/types.ts';
import { Alert } from './alert.tsx';
import { CourtLayout } from './layout.tsx';
import { MAXIMUM_PASSKEY_NAME_LENGTH } from './limits.ts';
import {
  PasskeyForm,
  PasskeyScript,
  type PasskeySignal,
  PasskeySignals,
  PasskeysMissing,
} from './passkey.tsx';
import { usePresentation } from './presentation.tsx';
import { Time } from './time.tsx';
import { Words } from './words.tsx';

export interface PasskeysPageProps {
  /** The oldest first. */
  passkeys: readonly Passkey[];
  /** What the browser is asked when one is added, in JSON. */
  options: string;
  /** What the browser is told about those that there are. */
  signals: readonly PasskeySignal[];
  fault?: Fault | undefined;
}

/** Where a passkey is: what its owner must know before a device is lost or sold. */
const whereabouts = ({ backupEligible, backedUp }: Passkey, { manage }: Texts['passkeys']): string => {
  if (!backupEligible) return manage.deviceBound;
  return backedUp ? manage.synced : manage.notYetSynced;
};

const PasskeyItem = ({ passkey, place }: { passkey: Passkey; place: number }) => {
  const { passkeys } = usePresentation().texts;
  const { manage } = passkeys;
  const { credentialId, name, createdAt, lastUsedAt } = passkey;
  const hidden = <input type="hidden" name="credential_id" value={credentialId} />;
  return (
    <li class="row">
      <div class="row-text">
        <h3>
          <bdi>{name}</bdi>
        </h3>
        <p class="sentence">{whereabouts(passkey, passkeys)}</p>
        <p>
          <Words text={manage.created} values={{ time: <Time at={createdAt} /> }} />
        </p>
        <p>
          {lastUsedAt === null ? (
            manage.neverUsed
          ) : (
            <Words text={manage.lastUsed} values={{ time: <Time at={lastUsedAt} /> }} />
          )}
        </p>
      </div>
      <form class="inline" method="post" action="/account/passkeys/rename">
        {hidden}
        <label for={`name-${place}`}>
          {manage.name} <span class="unseen">{fill(manage.nameWhat, { passkey: name })}</span>
        </label>
        <input
          id={`name-${place}`}
          name="name"
          type="text"
          dir="auto"
          value={name}
          required
          maxlength={MAXIMUM_PASSKEY_NAME_LENGTH}
          autocomplete="off"
        />
        <button class="button quiet small" type="submit">
          {manage.rename} <span class="unseen">{name}</span>
        </button>
      </form>
      <form method="post" action="/account/passkeys/remove">
        {hidden}
        <button class="button danger small" type="submit">
          {manage.remove} <span class="unseen">{name}</span>
        </button>
      </form>
    </li>
  );
};

/** The passkeys of an account. Everything but making one works without JavaScript. */
export const PasskeysPage = ({ passkeys, options, signals, fault }: PasskeysPageProps) => {
  const presentation = usePresentation();
  const { manage } = presentation.texts.passkeys;
  return (
    <CourtLayout title={manage.title} faulty={fault !== undefined}>
      <div class="hero">
        <h1>{manage.title}</h1>
        <p class="lead">{manage.lead}</p>
        <p>
          <a href="/account">{manage.back}</a>
        </p>
      </div>
      {fault && <Alert id="form-error" message={faultInWords(presentation, fault)} />}
      <section aria-labelledby="passkeys">
        <h2 id="passkeys">{manage.list}</h2>
        {passkeys.length === 0 ? (
          <p class="empty">{manage.none}</p>
        ) : (
          <ul>
            {passkeys.map((passkey, place) => (
              <PasskeyItem passkey={passkey} place={place} />
            ))}
          </ul>
        )}
      </section>
      <section aria-labelledby="add">
        <h2 id="add">{manage.add}</h2>
        <p>{manage.addHint}</p>
        <PasskeyForm
          ceremony="create"
          action="/account/passkeys"
          options={options}
          button={manage.create}
          main
        />
        <PasskeysMissing />
      </section>
      <PasskeySignals signals={signals} />
      <PasskeyScript />
    </CourtLayout>
  );
};
