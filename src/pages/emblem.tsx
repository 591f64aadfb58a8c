/** The mark: a portcullis in its arch. Decoration beside the name, so it is hidden from screen readers. */
export const Emblem = () => (
  <svg class="emblem" viewBox="0 0 32 32" aria-hidden="true" focusable="false">
    <path d={emblemPath} fill="none" stroke="currentColor" stroke-width="2.5" stroke-linecap="round" />
  </svg>
);

const emblemPath = 'M4 29V15a12 12 0 0 1 24 0v14M10 5.5v20M16 3v24M22 5.5v20M4 14h24M4 21h24';

/** The same mark on a tile, as a file of its own: the icon of the browser's tab. */
export const iconSource = `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 32 32"><rect width="32" height="32" rx="7" fill="#14594b"/><path transform="translate(4.8 5)scale(.7)" d="${emblemPath}" fill="none" stroke="#fff" stroke-width="3" stroke-linecap="round"/></svg>`;
