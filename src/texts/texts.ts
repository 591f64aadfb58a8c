import type { en } from './en/index.ts';
import type { Translation } from './text.ts';

/** Every word that people read on pages and in mails, in one language. English is the original. */
export type Texts = Translation<typeof en>;
