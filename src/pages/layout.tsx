import { raw } from 'hono/html';
import type { PropsWithChildren } from 'hono/jsx';
import { Arch } from './arch.tsx';
import { Emblem } from './emblem.tsx';
import { iconPath, stylesheetPath } from './stylesheet.ts';

interface PageProps {
  /** The operator's name for this issuer, on every page. */
  name: string;
  /** What this page is: its h1's words, and the browser tab's. */
  title: string;
}

const Document = ({ name, title, layout, children }: PropsWithChildren<PageProps & { layout: string }>) => (
  <>
    {raw('<!doctype html>')}
    <html lang="en" dir="ltr">
      <head>
        <meta charset="utf-8" />
        <meta name="viewport" content="width=device-width, initial-scale=1" />
        <meta name="color-scheme" content="light dark" />
        <meta name="theme-color" content="#e9eeea" media="(prefers-color-scheme: light)" />
        <meta name="theme-color" content="#0d1211" media="(prefers-color-scheme: dark)" />
        <title>{`${title} · ${name}`}</title>
        <link rel="icon" type="image/svg+xml" href={iconPath} />
        <link rel="stylesheet" href={stylesheetPath} />
      </head>
      <body class={layout}>{children}</body>
    </html>
  </>
);

/** One task, in the gate's opening: signing in, signing up, signing out, an error. */
export const GateLayout = ({
  name,
  title,
  barred = false,
  children,
}: PropsWithChildren<PageProps & { barred?: boolean }>) => (
  <Document name={name} title={title} layout="at-gate">
    <main class="gate">
      <Arch barred={barred} />
      <div class="jambs">
        <div class="opening">
          <p class="brand">
            <Emblem />
            <span dir="auto">{name}</span>
          </p>
          {children}
        </div>
      </div>
    </main>
  </Document>
);

/** A page to read and look around in: the account, the start page, the mailbox. */
export const CourtLayout = ({ name, title, children }: PropsWithChildren<PageProps>) => (
  <Document name={name} title={title} layout="in-court">
    <header class="top">
      <p class="brand">
        <Emblem />
        <span dir="auto">{name}</span>
      </p>
    </header>
    <main class="court">{children}</main>
  </Document>
);
