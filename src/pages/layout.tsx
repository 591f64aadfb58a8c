import { raw } from 'hono/html';
import type { PropsWithChildren } from 'hono/jsx';
import { fill } from '../texts/text.ts';
import { Arch } from './arch.tsx';
import { Emblem } from './emblem.tsx';
import { usePresentation } from './presentation.tsx';
import { iconPath, stylesheetPath } from './stylesheet.ts';

interface PageProps {
  /** What this page is: its h1's words, and the browser tab's. */
  title: string;
  /** Whether a form came back with something wrong: said first, where a screen reader begins. */
  faulty?: boolean;
}

const Document = ({ title, faulty, layout, children }: PropsWithChildren<PageProps & { layout: string }>) => {
  const { name, language, direction, texts } = usePresentation();
  const shown = faulty ? fill(texts.common.titleWithError, { title }) : title;
  return (
    <>
      {raw('<!doctype html>')}
      <html lang={language} dir={direction}>
        <head>
          <meta charset="utf-8" />
          <meta name="viewport" content="width=device-width, initial-scale=1" />
          <meta name="color-scheme" content="light dark" />
          <meta name="theme-color" content="#e9eeea" media="(prefers-color-scheme: light)" />
          <meta name="theme-color" content="#0d1211" media="(prefers-color-scheme: dark)" />
          <title>{fill(texts.common.title, { title: shown, name })}</title>
          <link rel="icon" type="image/svg+xml" href={iconPath} />
          <link rel="stylesheet" href={stylesheetPath} />
        </head>
        <body class={layout}>{children}</body>
      </html>
    </>
  );
};

const Brand = () => (
  <p class="brand">
    <Emblem />
    <span dir="auto">{usePresentation().name}</span>
  </p>
);

/** One task, in the gate's opening: signing in, signing up, signing out, an error. */
export const GateLayout = ({
  barred = false,
  children,
  ...page
}: PropsWithChildren<PageProps & { barred?: boolean }>) => (
  <Document {...page} layout="at-gate">
    <main class="gate">
      <Arch barred={barred} />
      <div class="jambs">
        <div class="opening">
          <Brand />
          {children}
        </div>
      </div>
    </main>
  </Document>
);

/** A page to read and look around in: the account, the start page, the mailbox. */
export const CourtLayout = ({ children, ...page }: PropsWithChildren<PageProps>) => (
  <Document {...page} layout="in-court">
    <header class="top">
      <Brand />
    </header>
    <main class="court">{children}</main>
  </Document>
);
