const months = ['Jan', 'Feb', 'Mar', 'Apr', 'May', 'Jun', 'Jul', 'Aug', 'Sep', 'Oct', 'Nov', 'Dec'];

/** A moment in UTC, such as "14 Nov 2026, 09:05 UTC". @param at milliseconds since the epoch */
function utcText(at: number): string {
  const iso = new Date(at).toISOString();
  return `${Number(iso.slice(8, 10))} ${months[Number(iso.slice(5, 7)) - 1]} ${iso.slice(0, 4)}, ${iso.slice(11, 16)} UTC`;
}

/** The same, for people and for machines. */
export const Time = ({ at }: { at: number }) => (
  <time datetime={new Date(at).toISOString()}>{utcText(at)}</time>
);
