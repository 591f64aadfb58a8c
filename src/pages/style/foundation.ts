import type { Palette, Scheme } from '../../core/look/palette.ts';

const variables = (palette: Palette): string =>
  Object.entries(palette)
    .map(
      ([name, colour]) => `--${name.replace(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`)}: ${colour};`,
    )
    .join('');

/** As variables, for either scheme. */
export const colours = ({ light, dark }: Readonly<Record<Scheme, Palette>>): string => `
:root {
  color-scheme: light dark;
  --display: ui-serif, "New York", "Iowan Old Style", "Palatino Linotype", Palatino, Charter, "Noto Serif", Georgia, serif;
  ${variables(light)}
}
@media (prefers-color-scheme: dark) {
  :root { ${variables(dark)} }
}
`;

/** Type, and what every page shares. */
export const foundation = `
*, ::before, ::after { box-sizing: border-box; }
html {
  background: var(--sky);
  color: var(--ink);
  font: 100%/1.5 system-ui, -apple-system, "Segoe UI", Roboto, "Noto Sans", "Liberation Sans", sans-serif;
  -webkit-text-size-adjust: 100%;
  text-size-adjust: 100%;
}
body { margin: 0; min-block-size: 100vh; min-block-size: 100dvh; overflow-wrap: anywhere; }
/* Over any display that something hidden would have. */
[hidden] { display: none !important; }
h1, h2, h3, p, ul { margin: 0; padding: 0; }
h1, h2 { font-family: var(--display); font-weight: 600; line-height: 1.2; text-wrap: balance; }
h1 { font-size: 1.875rem; letter-spacing: -0.01em; }
h2 { font-size: 1.3rem; }
h3 { font-size: 1rem; font-weight: 600; }
ul { list-style: none; }
a { color: var(--accent); text-underline-offset: 0.2em; text-decoration-thickness: 1px; }
a:hover { color: var(--accent-strong); text-decoration-thickness: 2px; }
:focus-visible { outline: 3px solid var(--accent); outline-offset: 3px; border-radius: 0.35rem; }
code { font: 0.875em/1.5 ui-monospace, "SF Mono", Menlo, Consolas, "Liberation Mono", monospace; }
.lead { color: var(--muted); text-wrap: pretty; }
.lead strong { color: var(--ink); font-weight: 600; }
.brand { display: flex; align-items: center; gap: 0.6rem; font-weight: 600; }
.emblem { inline-size: 1.6rem; block-size: 1.6rem; flex: none; color: var(--accent); }
.logo { display: block; block-size: 2.25rem; inline-size: auto; max-inline-size: 100%; }
.operator-links { display: flex; flex-wrap: wrap; gap: 0.35rem 1.25rem; font-size: 0.9375rem; }
.unseen { position: absolute; inline-size: 1px; block-size: 1px; overflow: hidden; clip-path: inset(50%); white-space: nowrap; }

.button {
  /* No flex: what a button says may be words and a name, which break into lines as one text. */
  display: inline-block; padding: calc(0.75rem - 1px) 1.4rem; border: 1px solid var(--accent); border-radius: 0.6rem;
  background: var(--accent); color: var(--on-accent);
  font: inherit; font-weight: 600; text-align: center; text-wrap: balance; text-decoration: none; cursor: pointer;
}
.button:hover { background: var(--accent-strong); border-color: var(--accent-strong); color: var(--on-accent); }
.button.quiet { background: transparent; border-color: var(--edge); color: var(--ink); }
.button.quiet:hover { background: var(--raised); border-color: var(--ink); }
.button.danger { background: transparent; border-color: var(--danger); color: var(--danger); }
.button.danger:hover { background: var(--danger-wash); }
.button.small { padding: calc(0.65rem - 1px) 1rem; font-size: 0.9375rem; }
.button:focus-visible { border-radius: 0.6rem; }

.field { display: grid; gap: 0.35rem; }
label { font-weight: 600; font-size: 0.9375rem; }
input, textarea {
  inline-size: 100%; min-block-size: 3rem; padding: 0.6rem 0.85rem; border: 1px solid var(--edge);
  border-radius: 0.6rem; background: var(--paper); color: inherit; font: inherit;
}
input:hover, textarea:hover { border-color: var(--ink); }
input:focus-visible, textarea:focus-visible { outline-offset: 1px; border-color: var(--accent); border-radius: 0.6rem; }
textarea { resize: vertical; }
:is(input, textarea)[aria-invalid] { border-color: var(--danger); box-shadow: inset 0 0 0 1px var(--danger); }
.choice { display: grid; grid-template-columns: auto minmax(0, 1fr); gap: 0.15rem 0.6rem; align-items: center; }
.choice input { inline-size: 1.35rem; min-block-size: 1.35rem; accent-color: var(--accent); }
.choice label { font-weight: 400; }
.choice .hint { grid-column: 2; }
.hint { color: var(--muted); font-size: 0.875rem; text-wrap: pretty; }
.strength:empty { display: none; }
.strength[data-level="weak"] { color: var(--danger); }
.field-error { color: var(--danger); font-size: 0.875rem; font-weight: 600; }
.alert {
  padding: 0.75rem 0.9rem; border-inline-start: 4px solid var(--danger); border-radius: 0.35rem;
  background: var(--danger-wash); color: var(--danger); font-size: 0.9375rem;
}
.aside { color: var(--muted); font-size: 0.9375rem; text-wrap: balance; }
.ways { display: grid; gap: 0.25rem; }
.ways a { display: inline-block; padding-block: 0.15rem; }
.aside code { display: block; }
.permissions { display: grid; gap: 0.35rem; color: var(--ink); }
.permissions li { display: grid; grid-template-columns: 1.4rem minmax(0, 1fr); }
.permissions li::before { content: "✓" / ""; color: var(--accent); font-weight: 700; }
.points { display: grid; gap: 0.35rem; }
.points li { display: grid; grid-template-columns: 1.1rem minmax(0, 1fr); }
.points li::before { content: "•" / ""; color: var(--muted); }
.permissions-at { display: grid; gap: 0.35rem; }
.row-text .permissions-at, .row-text .permissions { margin-block: 0.2rem; }

/* Black on white in every theme, with the margin that cameras look for (ISO/IEC 18004). */
.qr-code { display: block; inline-size: min(100%, 14rem); block-size: auto; margin-inline: auto; border-radius: 0.6rem; }
.qr-code .light { fill: #ffffff; }
.qr-code .dark { stroke: #000000; stroke-width: 1; }
.secret { font: 600 1.0625rem/1.5 ui-monospace, "SF Mono", Menlo, Consolas, "Liberation Mono", monospace; }
.recovery-codes { display: grid; grid-template-columns: repeat(auto-fit, minmax(min(100%, 13rem), 1fr)); gap: 0.35rem 1rem; padding: 0.9rem 1rem; border-radius: 0.6rem; background: var(--raised); }
@media (forced-colors: active) {
  .qr-code { forced-color-adjust: none; }
  .button { border-color: ButtonText; }
  .emblem { color: CanvasText; }
  .badge, .alert, .notice { border: 1px solid; }
}
`;
