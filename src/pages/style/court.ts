/** The pages inside the walls: the account, the start page, the mailbox. */
export const court = `
.in-court { display: flex; flex-direction: column; }
.top { border-block-end: 1px solid var(--line); }
/* The wall, seen from inside, at the end of the page. */
.in-court::after {
  --crenel: 2.75rem;
  content: ""; margin-block-start: auto; block-size: 3.5rem;
  background:
    repeating-linear-gradient(90deg, var(--wall) 0 var(--crenel), transparent 0 calc(2 * var(--crenel))) 50% 0 / calc(200 * var(--crenel)) 1.5rem repeat-x,
    linear-gradient(var(--wall), var(--wall)) 0 1.4rem / 100% 100% no-repeat;
}
.top .brand, .court, .in-court > .operator-links { inline-size: 100%; max-inline-size: 60rem; margin-inline: auto; padding-inline: clamp(1rem, 4vw, 2rem); }
.top .brand { min-block-size: 3.75rem; }
.court { display: grid; grid-template-columns: minmax(0, 1fr); gap: 1.5rem; padding-block: clamp(1.75rem, 5vw, 3rem) 4rem; }
.in-court > .operator-links { padding-block-end: 2rem; }
.hero { display: grid; gap: 0.6rem; justify-items: start; }
.hero h1 { font-size: clamp(2rem, 1.4rem + 2.6vw, 2.75rem); }
.actions { display: flex; flex-wrap: wrap; gap: 0.75rem; margin-block-start: 0.75rem; }
section, .letter { display: grid; align-content: start; gap: 0.9rem; padding: clamp(1.15rem, 4vw, 1.75rem); border: 1px solid var(--line); border-radius: 1rem; background: var(--paper); }
.columns { display: grid; gap: 1.5rem; }
.sheet { display: grid; gap: 1.5rem; }
.fields { display: grid; gap: 1.1rem 1.5rem; grid-template-columns: repeat(auto-fit, minmax(min(100%, 17rem), 1fr)); align-items: end; }
.issuer { color: var(--ink); }
.empty { color: var(--muted); }

.row { display: flex; flex-wrap: wrap; align-items: center; justify-content: space-between; gap: 0.75rem 1.5rem; padding-block: 1rem; border-block-start: 1px solid var(--line); }
.row-text { flex: 1 1 16rem; display: grid; gap: 0.15rem; color: var(--muted); font-size: 0.9375rem; }
.row .inline { flex: 1 1 14rem; min-inline-size: 0; display: flex; flex-wrap: wrap; align-items: end; gap: 0.5rem; }
.row .inline label { flex-basis: 100%; }
.row .inline input { flex: 1 1 8rem; inline-size: 100%; min-inline-size: 0; }
.row:last-child { padding-block-end: 0; }
.row h3 { display: flex; flex-wrap: wrap; align-items: center; gap: 0.2rem 0.6rem; color: var(--ink); }
.row .sentence { color: var(--ink); max-inline-size: 44rem; text-wrap: pretty; }
.badge { display: inline-block; padding: 0.05rem 0.6rem; border-radius: 1rem; background: var(--accent); color: var(--on-accent); font-size: 0.8125rem; font-weight: 600; }
.badge.quiet { background: var(--raised); color: var(--ink); box-shadow: inset 0 0 0 1px var(--edge); }
.badge.warning { background: var(--warning-wash); color: var(--warning); box-shadow: inset 0 0 0 1px currentcolor; }

.links li { display: grid; justify-items: start; padding-block: 0.65rem; border-block-start: 1px solid var(--line); }
.links a { font-weight: 600; }
.links span { color: var(--muted); font-size: 0.9375rem; }

.flow { display: block; inline-size: 100%; max-inline-size: 25rem; margin-inline: auto; block-size: auto; font-size: 13px; }
.flow text { fill: var(--ink); text-anchor: middle; }
.flow .box-title { font-weight: 600; font-size: 15px; }
.flow .box-detail, .flow .flow-label { fill: var(--muted); }
.flow .start { text-anchor: start; }
.flow .end { text-anchor: end; }
.box { fill: var(--paper); stroke: var(--edge); }
.box.strong { stroke: var(--accent); stroke-width: 2; }
.worker { fill: var(--raised); stroke: var(--edge); stroke-dasharray: 4 4; }
.flow-line { fill: none; stroke: var(--accent); stroke-width: 2; }
.flow-head { fill: var(--accent); }

.letter-head { color: var(--muted); font-size: 0.9375rem; }
.letter-text { display: grid; gap: 0.9rem; max-inline-size: 44rem; }

@media (forced-colors: active) {
  .flow text, .flow .box-detail, .flow .flow-label { fill: CanvasText; }
  .box, .box.strong, .worker { fill: Canvas; stroke: CanvasText; }
  .flow-line { stroke: CanvasText; }
  .flow-head { fill: CanvasText; }
}
.ways { display: flex; flex-wrap: wrap; gap: 0.35rem 1.25rem; font-size: 0.9375rem; }
.ways a { display: inline-block; padding-block: 0.3rem; }
.guide { padding-block: 0.5rem; border-block: 1px solid var(--line); }

@media (min-width: 52rem) {
  .columns { grid-template-columns: 1fr 1fr; }
}
`;
