/** The pages in the gate's opening: a castle wall against the sky, and one arch to go through. */
export const gate = `
.at-gate {
  --crenel: 2.75rem;
  --wall-top: clamp(11rem, 26vh, 17rem);
  display: flex; flex-direction: column; align-items: center;
  padding-block-start: clamp(1rem, 6vh, 4.5rem);
  background:
    repeating-linear-gradient(90deg, var(--wall) 0 var(--crenel), transparent 0 calc(2 * var(--crenel))) 50% calc(var(--wall-top) - 1.4rem) / calc(200 * var(--crenel)) 1.5rem repeat-x,
    linear-gradient(var(--wall), var(--wall)) 0 var(--wall-top) / 100% 100% no-repeat;
}
/* The ground that the gate stands on, down to the end of the window. */
.at-gate::after { content: ""; flex: 1; align-self: stretch; min-block-size: 2.5rem; background: var(--ground); border-block-start: 2px solid var(--joint); }
.gate { inline-size: calc(100% - 2rem); max-inline-size: 27.5rem; }
.gate::after { content: ""; display: block; block-size: 0.75rem; margin-inline: -0.5rem; background: var(--stone); border-radius: 0.2rem 0.2rem 0 0; }
.arch { display: block; inline-size: 100%; block-size: auto; margin-block-end: -2px; }
.stone { fill: var(--stone); }
.joint { fill: none; stroke: var(--joint); stroke-width: 2; }
.keystone { fill: var(--keystone); stroke: var(--joint); stroke-width: 2; }
.paper { fill: var(--paper); }
.grille { fill: var(--grille); stroke: var(--grille); stroke-width: 5; }
.jambs {
  /* The arch's ring is 28 of its picture's 440 wide. */
  padding-inline: 6.3636%;
  background:
    repeating-linear-gradient(transparent 0 3.4rem, var(--joint) 0 calc(3.4rem + 2px)) padding-box,
    var(--stone);
}
.opening { display: grid; gap: 1.15rem; padding: 0.75rem clamp(1.15rem, 6%, 2rem) 2.25rem; background: var(--paper); }
.opening .brand { color: var(--muted); font-size: 0.9375rem; }
.opening h1 { font-size: clamp(1.5rem, 1.15rem + 2.2vw, 1.875rem); }
.opening h1 + .lead { margin-block-start: -0.75rem; }
.notice { padding: 0.6rem 0.9rem; border-inline-start: 4px solid var(--accent); border-radius: 0.35rem; background: var(--raised); font-size: 0.9375rem; }
.notice.stranger { border-color: var(--warning); background: var(--warning-wash); color: var(--warning); }
.client-links { display: flex; flex-wrap: wrap; gap: 0.35rem 1rem; margin-block-start: -0.75rem; font-size: 0.9375rem; }
.asked { padding: 1rem; background: var(--raised); gap: 0.7rem; }
.asked h2 { font-size: 1.05rem; }
.opening form { display: grid; gap: 1.15rem; }
.user-code { font: 600 1.75rem/1.4 ui-monospace, "SF Mono", Menlo, Consolas, "Liberation Mono", monospace; letter-spacing: 0.08em; }
.opening form .button { margin-block-start: 0.35rem; }
.opening form .button + .button { margin-block-start: -0.35rem; }

/* Backgrounds are gone here: what is left of the gate is its outline. */
@media (forced-colors: active) {
  .stone, .keystone, .paper { fill: Canvas; stroke: CanvasText; stroke-width: 2; }
  .joint { stroke: none; }
  .grille { fill: CanvasText; stroke: CanvasText; }
  .jambs { border-inline: 2px solid; }
  .gate::after { border: 2px solid; }
}
@media (prefers-reduced-motion: no-preference) {
  .grille { animation: raise 0.9s cubic-bezier(0.2, 0.8, 0.2, 1) both; }
  .grille.barred { animation-name: lower; }
  @keyframes raise { from { transform: translateY(48px); } }
  @keyframes lower { from { transform: translateY(-40px); } }
  .button, input { transition: background-color 0.15s, border-color 0.15s; }
}
`;
