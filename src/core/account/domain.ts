// The domain of an email address, in the one form in which it is compared: Unicode, so that it reads as it is meant.

/** RFC 3492 §5. */
const [BASE, T_MIN, T_MAX, SKEW, DAMP, INITIAL_BIAS, INITIAL_N] = [36, 1, 26, 38, 700, 72, 128];
const PREFIX = 'xn--';

/** The value of a digit (RFC 3492 §5): a to z are 0 to 25, 0 to 9 are 26 to 35. */
function digitOf(character: string): number {
  const letter = 'abcdefghijklmnopqrstuvwxyz0123456789'.indexOf(character);
  return letter < 0 ? BASE : letter;
}

function adapt(delta: number, points: number, first: boolean): number {
  let rest = Math.floor(delta / (first ? DAMP : 2));
  rest += Math.floor(rest / points);
  let k = 0;
  for (; rest > ((BASE - T_MIN) * T_MAX) / 2; k += BASE) rest = Math.floor(rest / (BASE - T_MIN));
  return k + Math.floor(((BASE - T_MIN + 1) * rest) / (rest + SKEW));
}

/** What a label without its `xn--` stands for (RFC 3492 §6.2), or undefined. */
function decodePunycode(text: string): string | undefined {
  const at = text.lastIndexOf('-');
  const output = at > 0 ? [...text.slice(0, at)] : [];
  let [n, i, bias] = [INITIAL_N, 0, INITIAL_BIAS];
  for (let index = at > 0 ? at + 1 : 0; index < text.length; ) {
    const before = i;
    for (let weight = 1, k = BASE; ; k += BASE) {
      const digit = digitOf(text[index] ?? '');
      index += 1;
      if (digit >= BASE) return undefined;
      i += digit * weight;
      const threshold = k <= bias ? T_MIN : k >= bias + T_MAX ? T_MAX : k - bias;
      if (digit < threshold) break;
      weight *= BASE - threshold;
      if (i > 0x7fffffff || weight > 0x7fffffff) return undefined;
    }
    bias = adapt(i - before, output.length + 1, before === 0);
    n += Math.floor(i / (output.length + 1));
    i %= output.length + 1;
    if (n > 0x10ffff) return undefined;
    output.splice(i, 0, String.fromCodePoint(n));
    i += 1;
  }
  return output.join('');
}

/** Scripts that are written together: none of them has letters that pass for those of another. */
const scripts = [
  /^[\p{Script=Latin}\p{Script=Common}\p{Script=Inherited}]*$/u,
  /^[\p{Script=Han}\p{Script=Hiragana}\p{Script=Katakana}\p{Script=Common}\p{Script=Inherited}\w]*$/u,
  /^[\p{Script=Han}\p{Script=Hangul}\p{Script=Common}\p{Script=Inherited}\w]*$/u,
  /^[\p{Script=Han}\p{Script=Bopomofo}\p{Script=Common}\p{Script=Inherited}\w]*$/u,
  /^[\p{Script=Cyrillic}\p{Script=Common}\p{Script=Inherited}]*$/u,
  /^[\p{Script=Greek}\p{Script=Common}\p{Script=Inherited}]*$/u,
];
const mixable = /[\p{Script=Latin}\p{Script=Cyrillic}\p{Script=Greek}]/u;

/**
 * A domain in small letters, with every `xn--` label as what it stands for; undefined where it could be taken for another:
 * a label that mixes scripts whose letters look alike (Unicode TS 39 §5.2), or one whose spelling is no label's.
 */
export function normalDomain(domain: string): string | undefined {
  const labels: string[] = [];
  for (const written of domain.split('.')) {
    const label = written.startsWith(PREFIX) ? decodePunycode(written.slice(PREFIX.length)) : written;
    // Full-width letters and their like have a plain form, and nobody has a domain with them (RFC 5892).
    if (label === undefined || label !== label.normalize('NFKC').toLowerCase()) return undefined;
    // Something ASCII in punycode would be a second spelling of the same.
    if (written.startsWith(PREFIX) && /^[\p{ASCII}]*$/u.test(label)) return undefined;
    if (mixable.test(label) && !scripts.some((script) => script.test(label))) return undefined;
    labels.push(label);
  }
  return labels.join('.');
}
