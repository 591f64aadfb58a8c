import type { Texts } from '../texts.ts';

export const formPost: Texts['formPost'] = {
  title: 'Weiter zur App',
  goingOn: 'Es geht weiter zu {host}.',
};
