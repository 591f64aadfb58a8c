import { type AgreementInWords, AgreementList, StrangerNotice } from './agreement.tsx';
import { Email } from './email.tsx';
import { HiddenFields } from './hidden-fields.tsx';
import { GateLayout } from './layout.tsx';

export interface ConsentPageProps {
  name: string;
  client: {
    name: string;
    /** Where the person is sent back to: a host, or undefined for an app on their device. */
    host: string | undefined;
    /** The host of the document that its name comes from. */
    documentHost?: string | undefined;
    /** Whether it is one of the operator's own. */
    firstParty: boolean;
    links: { label: string; href: string }[];
  };
  /** Whose account it is about. */
  person: { name: string; email: string };
  /** What the person has not agreed to before. */
  asked: AgreementInWords;
  /** What they have, as far as they are asked for it again; undefined where that is nothing. */
  before: AgreementInWords | undefined;
  flow: string;
}

/** Asks the person whether a client may have what it asks for. */
export const ConsentPage = ({ name, client, person, asked, before, flow }: ConsentPageProps) => (
  <GateLayout name={name} title="Allow access">
    <h1>
      Allow <bdi>{client.name}</bdi>?
    </h1>
    <p class="lead">
      It asks for access to the account of <strong dir="auto">{person.name}</strong> (
      <Email address={person.email} />)
    </p>
    {client.firstParty ? (
      <p class="notice">
        This app belongs to <strong dir="auto">{name}</strong>.
      </p>
    ) : (
      <StrangerNotice name={name} documentHost={client.documentHost} />
    )}
    <p class="aside">
      {client.host === undefined ? (
        'You will be sent back to an app on this device.'
      ) : (
        <>
          You will be sent back to <strong dir="ltr">{client.host}</strong>.
        </>
      )}
    </p>
    {client.links.length > 0 && (
      <p class="client-links">
        {client.links.map(({ label, href }) => (
          <a href={href} target="_blank" rel="noopener noreferrer">
            {label}
            <span class="unseen"> of the app, in a new tab</span>
          </a>
        ))}
      </p>
    )}
    <section class="asked" aria-labelledby="asked">
      <h2 id="asked">{before ? 'It now also asks to' : 'It asks to'}</h2>
      <AgreementList {...asked} />
    </section>
    {before && (
      <section class="asked" aria-labelledby="before">
        <h2 id="before">You allowed it before to</h2>
        <AgreementList {...before} />
      </section>
    )}
    <form method="post" action="/consent">
      <HiddenFields values={{ flow }} />
      <button class="button" type="submit" name="decision" value="allow">
        Allow
      </button>
      <button class="button quiet" type="submit" name="decision" value="cancel">
        Cancel
      </button>
    </form>
    <p class="aside">You can take it back at any time on your account page.</p>
  </GateLayout>
);
