import type { JSX } from 'hono/jsx/jsx-runtime';
import { type Presentation, renderPage } from '../../src/pages/presentation.tsx';
import { english } from '../../src/texts/language.ts';
import { plainLook } from './look.ts';

/** A page as a document, in English unless the presentation says otherwise. */
export const rendered = (page: JSX.Element, presentation: Partial<Presentation> = {}): string =>
  renderPage({ name: 'Portcullis', look: plainLook, ...english, ...presentation }, page);

/** An element as a browser's parser sees it. */
export interface Element {
  tag: string;
  attributes: Record<string, string>;
  text: string;
}

const voids = new Set(['input', 'meta', 'link', 'path', 'rect', 'br', 'wbr', 'img', 'source']);

/** Parses a page with workerd's own HTML parser: what counts is what the markup means, not how it is written. */
export async function elements(html: string): Promise<Element[]> {
  const found: Element[] = [];
  const open: Element[] = [];
  const rewriter = new HTMLRewriter().on('*', {
    element(element) {
      const entry = { tag: element.tagName, attributes: Object.fromEntries(element.attributes), text: '' };
      found.push(entry);
      if (voids.has(entry.tag)) return;
      open.push(entry);
      element.onEndTag(() => {
        open.splice(open.indexOf(entry), 1);
      });
    },
    text(chunk) {
      for (const entry of open) entry.text += chunk.text;
    },
  });
  await rewriter.transform(new Response(html)).text();
  return found;
}
