import * as v from 'valibot';
import { parseNetwork } from '../core/risk/network.ts';
import { type Answer, type Answers, answersAt, ruleName } from '../core/risk/policy.ts';
import { isSignal, moments, signals, signalsAt } from '../core/risk/signal.ts';
import type { Config } from './schema.ts';
import { day, seconds } from './values.ts';

const rule = v.strictObject({
  sign_in: v.optional(v.picklist(answersAt.sign_in)),
  refresh: v.optional(v.picklist(answersAt.refresh)),
  gate: v.optional(v.picklist(answersAt.gate)),
});

/** What is noticed of a stolen credential, and what is done about it. See docs/risk.md. */
export const risk = v.optional(
  v.strictObject({
    /** Whether anything is noticed at all, and anything remembered for it. Default true. */
    enabled: v.optional(v.boolean(), true),
    /** Decides and writes down what would be done, and does nothing. Default false. */
    dryRun: v.optional(v.boolean(), false),
    /**
     * What is done, in the place of the defaults (src/core/risk/policy.ts): by a signal, or several that must come together
     * joined by `+`, then by the moment. `{ 'new_country+browser_changed': { refresh: 'end_family' } }`
     */
    answers: v.optional(v.record(v.string(), rule), {}),
    /** Nobody travels faster than so many kilometres per hour. 100 to 100000, default 1000. */
    maximumSpeed: v.optional(v.pipe(v.number(), v.minValue(100), v.maxValue(100_000)), 1000),
    /** For how many seconds places, networks, kinds of browsers and hours of sign-ins are remembered. Default 90 days. */
    rememberSeconds: v.optional(seconds(day, 400 * day), 90 * day),
    /**
     * Networks of your own: offices, exits of your VPN. Nothing that comes from there is unusual for its place or network.
     * Ranges of addresses (`192.0.2.0/24`, `2001:db8::/32`) and autonomous systems (`AS64496`). Default none.
     */
    trustedNetworks: v.optional(v.array(v.string()), []),
  }),
  {},
);

const signalsOf = (name: string): string[] => name.split('+').map((part) => part.trim());

/** What is mistyped here would do nothing, and nobody would notice. */
export function* riskFaults({ risk: { answers, trustedNetworks } }: Config): Generator<string> {
  const seen = new Set<string>();
  for (const [name, rule] of Object.entries(answers)) {
    const place = `risk.answers["${name}"]`;
    const parts = signalsOf(name);
    const unknown = parts.find((part) => !isSignal(part));
    if (unknown !== undefined) {
      yield `${place}: "${unknown}" is no signal; these are: ${signals.join(', ')}, with + between those that come together`;
      continue;
    }
    const normal = ruleName(parts.filter(isSignal));
    if (seen.has(normal)) yield `${place}: the same signals stand there twice`;
    seen.add(normal);
    if (Object.keys(rule).length === 0)
      yield `${place}: says nothing; an answer is such as { sign_in: 'notify' }`;
    for (const moment of moments) {
      if (rule[moment] === undefined) continue;
      const never = parts.find((part) => !signalsAt[moment].some((signal) => signal === part));
      if (never !== undefined) yield `${place}.${moment}: ${never} is never noticed there`;
    }
    const weaker: readonly Answer[] = ['ignore', 'note', 'notify', 'step_up'];
    // Whatever else comes together with it: a weaker answer to that would never be the strongest.
    if (rule.refresh && parts.includes('token_reuse') && weaker.includes(rule.refresh))
      yield `${place}.refresh: must be end_family or end_everything: a token that comes back always ends its family`;
  }
  for (const [index, network] of trustedNetworks.entries()) {
    if (!parseNetwork(network))
      yield `risk.trustedNetworks[${index}]: must be a range of addresses, such as 192.0.2.0/24 or 2001:db8::/32 with nothing set after the prefix, or a system such as AS64496`;
  }
}

/** What decides in a person's object. Times are milliseconds. */
export interface RiskPolicy {
  enabled: boolean;
  dryRun: boolean;
  /** Kilometres per hour. */
  maximumSpeed: number;
  rememberedFor: number;
  /** The operator's, by `ruleName`. */
  answers: Answers;
}

export function riskPolicyOf({ risk }: Pick<Config, 'risk'>): RiskPolicy {
  const { enabled, dryRun, maximumSpeed, rememberSeconds } = risk;
  const answers: Record<string, Answers[string]> = {};
  for (const [name, rule] of Object.entries(risk.answers)) {
    const { sign_in, refresh, gate } = rule;
    answers[ruleName(signalsOf(name).filter(isSignal))] = {
      ...(sign_in && { sign_in }),
      ...(refresh && { refresh }),
      ...(gate && { gate }),
    };
  }
  return { enabled, dryRun, maximumSpeed, rememberedFor: rememberSeconds * 1000, answers };
}
