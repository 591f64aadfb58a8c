import { type Look, resolveLook } from '../../src/config/look.ts';
import { assetsOf } from '../../src/pages/assets.ts';

/** Of an operator who changed nothing. */
export const plainLook: Look = resolveLook({
  nameInLogo: false,
  colours: { light: {}, dark: {} },
  links: {},
});
export const plainAssets = assetsOf(plainLook);
