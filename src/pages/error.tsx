import { GateLayout } from './layout.tsx';

export interface ErrorPageProps {
  name: string;
  title: string;
  /** What is wrong and what to do about it, without anything secret. */
  message: string;
  action?: { href: string; label: string } | undefined;
  /** Finds the request in the logs. */
  requestId: string;
}

export const ErrorPage = ({ name, title, message, action, requestId }: ErrorPageProps) => (
  <GateLayout name={name} title={title} barred>
    <h1>{title}</h1>
    <p class="lead">{message}</p>
    {action && (
      <a class="button" href={action.href}>
        {action.label}
      </a>
    )}
    <p class="aside">
      If you ask for help, give this reference: <code dir="ltr">{requestId}</code>
    </p>
  </GateLayout>
);
