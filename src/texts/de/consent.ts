import type { Texts } from '../texts.ts';

export const consent: Texts['consent'] = {
  title: 'Zugriff erlauben',
  heading: '{client} erlauben?',
  asksForAccess: 'Die App bittet um Zugriff auf das Konto von {person} ({email})',
  ours: 'Diese App gehört zu {name}.',
  backToDevice: 'Danach geht es zurück zu einer App auf diesem Gerät.',
  backTo: 'Danach geht es zurück zu {host}.',
  website: 'Website',
  privacyPolicy: 'Datenschutz',
  termsOfService: 'Nutzungsbedingungen',
  linkOf: 'der App, in einem neuen Tab',
  asksAlsoTo: 'Die App möchte jetzt außerdem',
  allowedBefore: 'Das haben Sie schon erlaubt',
  takeBack: 'Auf Ihrer Kontoseite können Sie das jederzeit zurücknehmen.',
};
