interface Ellipse {
  width: number;
  height: number;
}

// The picture is 440 wide; the arch springs from its lower edge. Half width and height of the ring of stones.
const spring = 140;
const outer: Ellipse = { width: 220, height: 136 };
const inner: Ellipse = { width: 192, height: 108 };

/** A point on an ellipse; `turn` runs from 0, the left springing, to 1, the right one. */
const point = ({ width, height }: Ellipse, turn: number): string =>
  `${Math.round(220 - width * Math.cos(turn * Math.PI))} ${Math.round(spring - height * Math.sin(turn * Math.PI))}`;

// Drawn past the lower edge, so that no seam shows where the jambs go on.
const halfArch = ({ width, height }: Ellipse) =>
  `M${220 - width} 150V${spring}A${width} ${height} 0 0 1 ${220 + width} ${spring}V150Z`;

// An odd number of stones, so that one is the keystone.
const stones = 13;
const joints = Array.from(
  { length: stones - 1 },
  (_, index) => `M${point(outer, (index + 1) / stones)}L${point(inner, (index + 1) / stones)}`,
).join('');

const bars = Array.from({ length: 11 }, (_, index) => 60 + index * 32);
const grille = (bottom: number) =>
  `${bars.map((x) => `M${x} 0V${bottom}h-4l4 12 4-12h-4`).join('')}M0 ${bottom - 40}H440M0 ${bottom - 14}H440`;

// The keystone stands out a little, above and below.
const keystone = 'M191 1h58l-5 38h-48z';

/** The head of the gate. The portcullis is up unless the way is barred. Decoration: hidden from screen readers. */
export const Arch = ({ barred }: { barred: boolean }) => (
  <svg class="arch" viewBox={`0 0 440 ${spring}`} aria-hidden="true" focusable="false">
    <clipPath id="opening">
      <path d={halfArch(inner)} />
    </clipPath>
    <path class="stone" d={halfArch(outer)} />
    <path class="joint" d={joints} />
    <path class="paper" d={halfArch(inner)} />
    <g clip-path="url(#opening)">
      <path class={barred ? 'grille barred' : 'grille'} d={grille(barred ? 120 : 84)} />
    </g>
    <path class="keystone" d={keystone} />
  </svg>
);
