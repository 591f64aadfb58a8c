import { createContext, useContext } from 'hono/jsx';
import type { JSX } from 'hono/jsx/jsx-runtime';
import type { Look } from '../config/look.ts';
import type { Language } from '../texts/language.ts';

/** What every page is shown with, whatever it is about. */
export interface Presentation extends Language {
  /** The operator's name for this issuer, on every page. */
  name: string;
  look: Look;
}

const PresentationContext = createContext<Presentation | undefined>(undefined);

/** For the components of a page: its language, its words, and how it looks. */
export function usePresentation(): Presentation {
  const presentation = useContext(PresentationContext);
  if (!presentation) throw new Error('a page is rendered by renderPage, which says how it is presented');
  return presentation;
}

/** A page as a document. Endpoints use `showPage`. */
export const renderPage = (presentation: Presentation, page: JSX.Element): string =>
  String(<PresentationContext.Provider value={presentation}>{page}</PresentationContext.Provider>);
