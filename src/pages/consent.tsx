import { type AgreementInWords, AgreementList, StrangerNotice } from './agreement.tsx';
import { Email } from './email.tsx';
import { HiddenFields } from './hidden-fields.tsx';
import { GateLayout } from './layout.tsx';
import { usePresentation } from './presentation.tsx';
import { Words } from './words.tsx';

export interface ConsentPageProps {
  client: {
    name: string;
    /** Where the person is sent back to: a host, or undefined for an app on their device. */
    host: string | undefined;
    /** The host of the document that its name comes from. */
    documentHost?: string | undefined;
    /** Whether it is one of the operator's own. */
    firstParty: boolean;
    links: { to: 'website' | 'privacyPolicy' | 'termsOfService'; href: string }[];
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
export const ConsentPage = ({ client, person, asked, before, flow }: ConsentPageProps) => {
  const { name, texts } = usePresentation();
  const { agreement, common, consent } = texts;
  return (
    <GateLayout title={consent.title}>
      <h1>
        <Words text={consent.heading} values={{ client: <bdi>{client.name}</bdi> }} />
      </h1>
      <p class="lead">
        <Words
          text={consent.asksForAccess}
          values={{
            person: <strong dir="auto">{person.name}</strong>,
            email: <Email address={person.email} />,
          }}
        />
      </p>
      {client.firstParty ? (
        <p class="notice">
          <Words text={consent.ours} values={{ name: <strong dir="auto">{name}</strong> }} />
        </p>
      ) : (
        <StrangerNotice documentHost={client.documentHost} />
      )}
      <p class="aside">
        {client.host === undefined ? (
          consent.backToDevice
        ) : (
          <Words text={consent.backTo} values={{ host: <strong dir="ltr">{client.host}</strong> }} />
        )}
      </p>
      {client.links.length > 0 && (
        <p class="client-links">
          {client.links.map(({ to, href }) => (
            <a href={href} target="_blank" rel="noopener noreferrer">
              {consent[to]}
              <span class="unseen"> {consent.linkOf}</span>
            </a>
          ))}
        </p>
      )}
      <section class="asked" aria-labelledby="asked">
        <h2 id="asked">{before ? consent.asksAlsoTo : agreement.asksTo}</h2>
        <AgreementList {...asked} />
      </section>
      {before && (
        <section class="asked" aria-labelledby="before">
          <h2 id="before">{consent.allowedBefore}</h2>
          <AgreementList {...before} />
        </section>
      )}
      <form method="post" action="/consent">
        <HiddenFields values={{ flow }} />
        <button class="button" type="submit" name="decision" value="allow">
          {common.allow}
        </button>
        <button class="button quiet" type="submit" name="decision" value="cancel">
          {common.cancel}
        </button>
      </form>
      <p class="aside">{consent.takeBack}</p>
    </GateLayout>
  );
};
