// The text exposition format of Prometheus, version 0.0.4, read strictly from its grammar and from nothing of ours.

export interface Sample {
  name: string;
  labels: Record<string, string>;
  value: number;
}

export interface Family {
  name: string;
  type: string;
  help: string;
  samples: Sample[];
}

const NAME = '[a-zA-Z_:][a-zA-Z0-9_:]*';
const LABEL = '[a-zA-Z_][a-zA-Z0-9_]*';
const sampleLine = new RegExp(`^(${NAME})(?:\\{(.*)\\})? ([^ ]+)$`);
const labelPair = new RegExp(`(${LABEL})="((?:[^"\\\\\\n]|\\\\["\\\\n])*)"(,|$)`, 'y');

const unescaped = (text: string): string =>
  text.replace(/\\(.)/g, (_, character: string) => (character === 'n' ? '\n' : character));

function labelsOf(text: string): Record<string, string> {
  const labels: Record<string, string> = {};
  labelPair.lastIndex = 0;
  while (labelPair.lastIndex < text.length) {
    const at = labelPair.lastIndex;
    const [, name = '', value = ''] = labelPair.exec(text) ?? [];
    if (name === '') throw new Error(`no label pair at ${at} of ${text}`);
    if (name in labels) throw new Error(`the label ${name} stands twice in ${text}`);
    labels[name] = unescaped(value);
  }
  return labels;
}

function numberOf(text: string): number {
  if (text === '+Inf') return Number.POSITIVE_INFINITY;
  if (!/^-?\d+(\.\d+)?(e[+-]?\d+)?$/.test(text)) throw new Error(`${text} is no number`);
  return Number(text);
}

function checkHistogram({ name, samples }: Family): void {
  const series = new Map<string, Sample[]>();
  for (const sample of samples) {
    const { le: _, ...labels } = sample.labels;
    const key = JSON.stringify(Object.entries(labels).sort());
    series.set(key, [...(series.get(key) ?? []), sample]);
  }
  for (const [key, own] of series) {
    const buckets = own.filter((sample) => sample.name === `${name}_bucket`);
    const bounds = buckets.map(({ labels }) => numberOf(labels.le ?? ''));
    const counts = buckets.map(({ value }) => value);
    const rises = (numbers: number[], strictly: boolean) =>
      numbers.every((number, index) => {
        const before = numbers[index - 1] ?? Number.NEGATIVE_INFINITY;
        return strictly ? number > before : number >= before;
      });
    if (!rises(bounds, true) || !rises(counts, false))
      throw new Error(`buckets out of order: ${name} ${key}`);
    if (bounds.at(-1) !== Number.POSITIVE_INFINITY) throw new Error(`no bucket +Inf: ${name} ${key}`);
    const only = (suffix: string) => {
      const found = own.filter((sample) => sample.name === name + suffix);
      if (found.length !== 1) throw new Error(`${found.length} of ${name}${suffix} ${key}`);
      return found[0]?.value;
    };
    if (only('_count') !== counts.at(-1)) throw new Error(`_count is not the last bucket: ${name} ${key}`);
    only('_sum');
  }
}

/** @throws Error where the text is not of the format */
export function parseExposition(text: string): Family[] {
  if (!text.endsWith('\n')) throw new Error('the last line does not end in a line feed');
  const families: Family[] = [];
  const seen = new Set<string>();
  const lines = text.slice(0, -1).split('\n');
  for (let at = 0; at < lines.length; ) {
    const [, name = '', help = ''] = new RegExp(`^# HELP (${NAME}) (.*)$`).exec(lines[at] ?? '') ?? [];
    if (name === '') throw new Error(`no HELP: ${lines[at]}`);
    if (seen.has(name)) throw new Error(`${name} comes twice`);
    seen.add(name);
    const [, typed, type = ''] =
      new RegExp(`^# TYPE (${NAME}) (counter|gauge|histogram|summary|untyped)$`).exec(lines[at + 1] ?? '') ??
      [];
    if (typed !== name) throw new Error(`no TYPE after the HELP of ${name}: ${lines[at + 1]}`);
    if (/\\[^\\n]/.test(help)) throw new Error(`a wrong escape in the HELP of ${name}`);
    const family: Family = { name, type, help: unescaped(help), samples: [] };
    const allowed = type === 'histogram' ? ['_bucket', '_sum', '_count'].map((end) => name + end) : [name];
    for (at += 2; at < lines.length && !lines[at]?.startsWith('#'); at += 1) {
      const [, sample = '', labels = '', value = ''] = sampleLine.exec(lines[at] ?? '') ?? [];
      if (!allowed.includes(sample)) throw new Error(`no sample of ${name}: ${lines[at]}`);
      family.samples.push({ name: sample, labels: labelsOf(labels), value: numberOf(value) });
    }
    const series = family.samples.map((one) => one.name + JSON.stringify(Object.entries(one.labels).sort()));
    if (new Set(series).size !== series.length) throw new Error(`a series of ${name} comes twice`);
    if (type === 'histogram') checkHistogram(family);
    families.push(family);
  }
  return families;
}

/** The sum of the samples that have these labels. */
export function sumOf(families: Family[], sample: string, labels: Record<string, string> = {}): number {
  return families
    .flatMap(({ samples }) => samples)
    .filter((one) => one.name === sample)
    .filter((one) => Object.entries(labels).every(([name, value]) => one.labels[name] === value))
    .reduce((sum, { value }) => sum + value, 0);
}
