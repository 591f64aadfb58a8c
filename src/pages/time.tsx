import { momentInWords } from '../texts/moment.ts';
import { usePresentation } from './presentation.tsx';

/** A moment for people and for machines. @param at milliseconds since the epoch */
export const Time = ({ at }: { at: number }) => (
  <time datetime={new Date(at).toISOString()}>{momentInWords(usePresentation().language, at)}</time>
);
