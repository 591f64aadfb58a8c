import { raw } from 'hono/html';
import type { PropsWithChildren } from 'hono/jsx';
import { fill } from '../texts/text.ts';
import { Arch } from './arch.tsx';
import { assetsOf } from './assets.ts';
import { Emblem } from './emblem.tsx';
import { usePresentation } from './presentation.tsx';

interface PageProps {
  /** What this page is: its h1's words, and the browser tab's. */
  title: string;
  /** Whether a form came back with something wrong: said first, where a screen reader begins. */
  faulty?: boolean;
}

const Document = ({ title, faulty, layout, children }: PropsWithChildren<PageProps & { layout: string }>) => {
  const { name, language, direction, look, texts } = usePresentation();
  const { icon, stylesheet } = assetsOf(look);
  const { light, dark } = look.palettes;
  const shown = faulty ? fill(texts.common.titleWithError, { title }) : title;
  return (
    <>
      {raw('<!doctype html>')}
      <html lang={language} dir={direction}>
        <head>
          <meta charset="utf-8" />
          <meta name="viewport" content="width=device-width, initial-scale=1" />
          <meta name="color-scheme" content="light dark" />
          <meta name="theme-color" content={light.sky} media="(prefers-color-scheme: light)" />
          <meta name="theme-color" content={dark.sky} media="(prefers-color-scheme: dark)" />
          <title>{fill(texts.common.title, { title: shown, name })}</title>
          <link rel="icon" type={icon.headers['Content-Type']} href={icon.path} />
          <link rel="stylesheet" href={stylesheet.path} />
        </head>
        <body class={layout}>{children}</body>
      </html>
    </>
  );
};

const Logo = ({ alt }: { alt: string }) => {
  const { logo, logoDark } = assetsOf(usePresentation().look);
  if (!logo) return <Emblem />;
  return (
    <picture>
      {logoDark && <source media="(prefers-color-scheme: dark)" srcset={logoDark.path} />}
      <img class="logo" src={logo.path} alt={alt} />
    </picture>
  );
};

const Brand = () => {
  const { name, look } = usePresentation();
  return (
    <p class="brand">
      <Logo alt={look.nameInLogo ? name : ''} />
      {!look.nameInLogo && <span dir="auto">{name}</span>}
    </p>
  );
};

const links = ['privacy', 'terms', 'support'] as const;

/** Where the operator says more: on every page. */
const OperatorLinks = () => {
  const { look, texts } = usePresentation();
  const shown = links.flatMap((to) => (look.links[to] === undefined ? [] : [{ to, href: look.links[to] }]));
  if (shown.length === 0) return null;
  return (
    <footer class="operator-links">
      {shown.map(({ to, href }) => (
        <a href={href}>{texts.common[to]}</a>
      ))}
    </footer>
  );
};

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
          <OperatorLinks />
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
    <OperatorLinks />
  </Document>
);
