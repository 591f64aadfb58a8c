import type { Texts } from '../texts.ts';
import { account } from './account.ts';
import { activity } from './activity.ts';
import { agreement } from './agreement.ts';
import { challenge } from './challenge.ts';
import { changeEmail } from './change-email.ts';
import { common } from './common.ts';
import { consent } from './consent.ts';
import { deleteAccount } from './delete-account.ts';
import { development } from './development.ts';
import { device } from './device.ts';
import { emailCode } from './email-code.ts';
import { endCauses } from './end-causes.ts';
import { endEverything } from './end-everything.ts';
import { errors } from './errors.ts';
import { faults } from './faults.ts';
import { formPost } from './form-post.ts';
import { gate } from './gate.ts';
import { mail } from './mail.ts';
import { ownData } from './own-data.ts';
import { passkeys } from './passkeys.ts';
import { password } from './password.ts';
import { profile } from './profile.ts';
import { providers } from './providers.ts';
import { risk } from './risk.ts';
import { secondFactor } from './second-factor.ts';
import { selectAccount } from './select-account.ts';
import { signIn } from './sign-in.ts';
import { signOut } from './sign-out.ts';
import { signUp } from './sign-up.ts';

export const de: Texts = {
  account,
  activity,
  agreement,
  challenge,
  changeEmail,
  common,
  consent,
  deleteAccount,
  development,
  device,
  emailCode,
  endCauses,
  endEverything,
  errors,
  faults,
  formPost,
  gate,
  mail,
  ownData,
  passkeys,
  password,
  profile,
  providers,
  risk,
  secondFactor,
  selectAccount,
  signIn,
  signOut,
  signUp,
};
