// What an operator needs to add a language or to change words: `portcullis/texts`. See docs/look.md.
export { de } from './de/index.ts';
export { en } from './en/index.ts';
export type { Texts } from './texts.ts';
