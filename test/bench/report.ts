/** A line of the table: what was measured, and a cell for each contender that has one. */
export type Row = readonly [
  what: string,
  portcullis: string,
  floor?: string | undefined,
  workersOAuthProvider?: string | undefined,
  openauth?: string | undefined,
];

/** A ratio, and what the project asks of itself. */
export interface Target {
  what: string;
  reached: string;
  /** Without it the ratio is only told. */
  asked?: { bound: string; met: boolean };
}

export interface Report {
  /** When, on what, how. */
  conditions: string[];
  rows: Row[];
  targets: Target[];
  /** What a reader has to know about the columns. */
  notes: string[];
}

const columns = ['', 'Portcullis', 'floor', 'workers-oauth-provider', 'openauth'];

/** At least three significant digits, without a false precision. */
export function figure(value: number): string {
  const digits = value >= 100 ? 0 : value >= 10 ? 1 : 2;
  return value.toLocaleString('en-US', { minimumFractionDigits: digits, maximumFractionDigits: digits });
}

export const kibibytes = (bytes: number): string => `${(bytes / 1024).toFixed(1)} KiB`;
export const mebibytes = (bytes: number): string => `${(bytes / 1024 / 1024).toFixed(0)} MiB`;

/** Columns that nothing was measured for are left out. */
function table(head: readonly string[], rows: readonly (readonly (string | undefined)[])[]): string[][] {
  const used = head.map((_, column) => column === 0 || rows.some((row) => row[column] !== undefined));
  return [head, ...rows].map((row) => head.flatMap((_, column) => (used[column] ? [row[column] ?? ''] : [])));
}

function aligned(
  lines: readonly string[][],
  [before, between, after]: readonly [string, string, string],
): string[] {
  const widths = (lines[0] ?? []).map((_, column) =>
    Math.max(...lines.map((line) => line[column]?.length ?? 0)),
  );
  return lines.map(
    (line) =>
      before +
      line
        .map((cell, column) =>
          column === 0 ? cell.padEnd(widths[0] ?? 0) : cell.padStart(widths[column] ?? 0),
        )
        .join(between) +
      after,
  );
}

function render(lines: readonly string[][], markdown: boolean): string[] {
  const [head = '', ...rest] = aligned(lines, markdown ? ['| ', ' | ', ' |'] : ['', '   ', '']);
  // ---: has the figures right-aligned.
  const rule = markdown
    ? head.replaceAll(/[^|]/g, '-').replaceAll(/-\|/g, ':|').replace(':|', '-|')
    : '-'.repeat(head.length);
  return [head, rule, ...rest];
}

/** The report as text for a terminal, or as markdown for the README. */
export function print({ conditions, rows, targets, notes }: Report, markdown: boolean): string {
  const goals = targets.map(({ what, reached, asked }) => [
    what,
    reached,
    asked?.bound,
    asked && (asked.met ? '✓' : '✗'),
  ]);
  return [
    ...conditions,
    '',
    ...render(table(columns, rows), markdown),
    '',
    ...render(table(['target', 'reached', 'asked', ''], goals), markdown),
    '',
    ...notes.map((note) => (markdown ? `- ${note}` : note)),
  ].join('\n');
}
