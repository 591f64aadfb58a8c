import { GateLayout } from './layout.tsx';
import { usePresentation } from './presentation.tsx';
import { Words } from './words.tsx';

export interface ErrorPageProps {
  title: string;
  /** What is wrong and what to do about it, without anything secret. */
  message: string;
  /** What stands in the message's places. */
  values?: Readonly<Record<string, string>> | undefined;
  action?: { href: string; label: string } | undefined;
  /** Finds the request in the logs. */
  requestId: string;
}

/** Technical descriptions are for those who make the app; they are English in every language. */
const ofValue = (name: string, value: string) =>
  name === 'detail' ? <bdi lang="en">{value}</bdi> : <bdi>{value}</bdi>;

export const ErrorPage = ({ title, message, values = {}, action, requestId }: ErrorPageProps) => {
  const { errors } = usePresentation().texts;
  const shown = Object.entries(values).map(([name, value]) => [name, ofValue(name, value)]);
  return (
    <GateLayout title={title} barred>
      <h1>{title}</h1>
      <p class="lead">
        <Words text={message} values={Object.fromEntries(shown)} />
      </p>
      {action && (
        <a class="button" href={action.href}>
          {action.label}
        </a>
      )}
      <p class="aside">
        <Words text={errors.reference} values={{ reference: <code dir="ltr">{requestId}</code> }} />
      </p>
    </GateLayout>
  );
};
