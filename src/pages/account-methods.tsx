import type { Child } from 'hono/jsx';
import { plural } from '../texts/text.ts';
import type { AccountMethods, Profile } from '../user/types.ts';
import { type Presentation, usePresentation } from './presentation.tsx';
import { Time } from './time.tsx';
import { Words } from './words.tsx';

interface Method {
  name: string;
  /** How it stands. */
  state: Child;
  /** Its own page, and what can be done there. */
  action?: { href: string; label: string };
}

/** What the operator offers. What is not offered counts for nothing, and is not shown. */
export interface OfferedMethods {
  password: boolean;
  passkeys: boolean;
  secondFactor: boolean;
  providers: boolean;
  /** Whether mail can be sent, as a change of address needs it. */
  mail: boolean;
}

/** Every way to sign in, and what belongs to it: one entry each, in the order in which they are shown. */
function methodsInWords(
  { language, texts }: Pick<Presentation, 'language' | 'texts'>,
  { password, passkeys, authenticator, recoveryCodes, trustedDevices, providers }: AccountMethods,
  { emailVerified }: Profile,
  offered: OfferedMethods,
): Method[] {
  const { account } = texts;
  const methods: (Method & { shown: boolean })[] = [
    {
      shown: offered.passkeys,
      name: account.passkeys,
      state: passkeys === 0 ? account.none : plural(language, account.passkeyCount, passkeys),
      action: { href: '/account/passkeys', label: passkeys === 0 ? account.add : account.manage },
    },
    {
      shown: offered.password,
      name: account.password,
      state: password ? (
        <Words text={account.passwordChanged} values={{ time: <Time at={password.changedAt} /> }} />
      ) : (
        account.none
      ),
      action: { href: '/account/password', label: password ? account.change : account.add },
    },
    {
      shown: offered.secondFactor,
      name: account.authenticator,
      state: authenticator ? (
        <Words text={account.since} values={{ time: <Time at={authenticator.since} /> }} />
      ) : (
        account.none
      ),
      action: { href: '/account/authenticator', label: authenticator ? account.manage : account.add },
    },
    {
      shown: offered.secondFactor && (authenticator !== null || recoveryCodes > 0),
      name: account.recoveryCodes,
      state: plural(language, account.recoveryCodesLeft, recoveryCodes),
      action: { href: '/account/recovery-codes', label: account.manage },
    },
    {
      shown: offered.secondFactor && trustedDevices > 0,
      name: account.trustedDevices,
      state: plural(language, account.trustedDeviceCount, trustedDevices),
      action: { href: '/account/trusted-devices', label: account.manage },
    },
    {
      shown: offered.providers || providers > 0,
      name: texts.providers.title,
      state: providers === 0 ? account.none : plural(language, texts.providers.count, providers),
      action: { href: '/account/providers', label: providers === 0 ? account.add : account.manage },
    },
    {
      shown: true,
      name: account.email,
      state: emailVerified ? account.emailVerified : account.emailUnverified,
      ...(offered.mail && { action: { href: '/account/email', label: account.change } }),
    },
  ];
  return methods.filter(({ shown }) => shown);
}

const MethodItem = ({ method: { name, state, action } }: { method: Method }) => (
  <li class="row">
    <div class="row-text">
      <h3>{name}</h3>
      <p>{state}</p>
    </div>
    {action && (
      <a class="button quiet small" href={action.href}>
        {action.label} <span class="unseen">{name}</span>
      </a>
    )}
  </li>
);

export const MethodsSection = ({
  profile,
  methods,
  offered,
}: {
  profile: Profile;
  methods: AccountMethods;
  offered: OfferedMethods;
}) => {
  const presentation = usePresentation();
  return (
    <section aria-labelledby="methods">
      <h2 id="methods">{presentation.texts.account.methods}</h2>
      <ul>
        {methodsInWords(presentation, methods, profile, offered).map((method) => (
          <MethodItem method={method} />
        ))}
      </ul>
    </section>
  );
};
