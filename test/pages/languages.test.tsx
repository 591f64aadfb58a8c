import { describe, expect, it } from 'vitest';
import { pseudo, readOf } from '../texts/pseudo.ts';
import { everyPage } from './every-page.tsx';
import { elements } from './rendered.ts';

// What others say is in digits alone here: what has a Latin letter is a word of ours that no catalogue has.
describe.each(Object.entries(everyPage('012', pseudo)))('the page %s in another language', (_, html) => {
  it('has no word that is not from its texts', () => {
    expect(readOf(html).match(/.{0,20}[A-Za-z]+.{0,20}/g)).toBeNull();
  });

  it('says which language it is, and that it runs from right to left', async () => {
    const [document] = await elements(html);
    expect(document?.attributes).toMatchObject({ lang: 'he', dir: 'rtl' });
  });

  it('has every text filled in', () => {
    expect(html).not.toMatch(/\{\w+\}/);
  });
});
