import { type Measured, ratio } from './load.ts';
import type { FamilyCosts } from './measure/families.ts';
import type { GateFigures, OriginKind, Way } from './measure/gate.ts';
import type { JwtWork } from './measure/jwt.ts';
import type { Memory } from './measure/memory.ts';
import type { Contender, Refreshes } from './measure/refresh.ts';
import type { Bundle, Size } from './measure/size.ts';
import type { VerifyWork } from './measure/verify.ts';
import { figure, kibibytes, mebibytes, type Report, type Row, type Target } from './report.ts';

/** Everything that was measured. Times are milliseconds. */
export interface Figures {
  refresh: Refreshes;
  signIn: Record<'portcullis' | 'floor', Measured>;
  /** Refreshes with and without signals of theft. */
  signals: Record<'on' | 'off', Measured>;
  gate: GateFigures;
  jwt: Record<JwtWork, number>;
  verify: Record<VerifyWork, number>;
  families: FamilyCosts;
  memory: Record<'portcullis' | 'floor', Memory>;
  startUp: Record<'portcullis' | 'floor', number>;
  size: Partial<Record<Bundle, Size>>;
}

type Gated = Exclude<Way, 'proxy'>;

/** Of each way through the gate its name, and what its throughput beside the bare proxy's is to be. */
const gated: readonly (readonly [Gated, name: string, asked?: number])[] = [
  ['cookie', "'token', session cookie", 0.8],
  ['bearer', "'token', bearer token", 0.8],
  ['within', '{ within: 30 }, session cookie', 0.75],
  ['strict', "'strict', session cookie"],
];
const origins: Record<OriginKind, string> = { url: 'HTTP origin', binding: 'origin by binding' };

const clients = (level: string | number): string => `${level} ${Number(level) === 1 ? 'client' : 'clients'}`;
const whole = (count: number): string => count.toLocaleString('en-US');
const milliseconds = (value: number): string => `${figure(value)} ms`;

function rowsOf({
  refresh,
  signIn,
  signals,
  gate,
  jwt,
  verify,
  families,
  memory,
  startUp,
  size,
}: Figures): Row[] {
  const refreshes = Object.entries(refresh).flatMap(([level, loads]): Row[] => {
    const row = (what: string, cell: (load: Measured) => string): Row => {
      const of = (name: Contender) => loads[name] && cell(loads[name]);
      return [what, of('portcullis') ?? '', of('floor'), of('workers-oauth-provider'), of('openauth')];
    };
    return [
      row(`refreshes per second, ${clients(level)}`, (load) => figure(load.perSecond)),
      row(
        `refresh p50 / p99, ${clients(level)}`,
        (load) => `${figure(load.p50)} / ${milliseconds(load.p99)}`,
      ),
    ];
  });
  const passed = (kind: OriginKind): Row[] =>
    gated.map(([way, name]) => [
      `gate, ${name}, ${origins[kind]}, per second`,
      figure(gate[kind][way].perSecond),
      figure(gate[kind].proxy.perSecond),
    ]);
  const added = (way: Gated, of: 'p50' | 'p99') => milliseconds(gate.alone[way][of] - gate.alone.proxy[of]);
  const bundle = (of: keyof Size): Row => {
    const cell = (name: Bundle) => size[name] && kibibytes(size[name][of]);
    return [
      `Worker, ${of}`,
      cell('worker') ?? '',
      cell('floor'),
      cell('workers-oauth-provider'),
      cell('openauth'),
    ];
  };
  const entry = (what: string, name: Bundle): Row => [
    `${what}, minified / gzip`,
    `${kibibytes(size[name]?.minified ?? 0)} / ${kibibytes(size[name]?.gzip ?? 0)}`,
  ];
  return [
    ...refreshes,
    ...families.refresh.map(
      ({ families: count, load }): Row => [`refresh, 1 of ${whole(count)} families`, milliseconds(load.p50)],
    ),
    ['rows written per rotation', String(families.rowsWrittenPerRotation)],
    ['storage per family', `${Math.round(families.bytesPerFamily)} bytes`],
    ['storage per session', `${Math.round(families.bytesPerSession)} bytes`],
    ['refreshes per second with signals of theft', figure(signals.on.perSecond)],
    ['refreshes per second without', figure(signals.off.perSecond)],
    ['sign-ins per second', figure(signIn.portcullis.perSecond), figure(signIn.floor.perSecond)],
    ...passed('url'),
    ...passed('binding'),
    ...gated.map(
      ([way, name]): Row => [`gate, ${name}, added p50 / p99`, `${added(way, 'p50')} / ${added(way, 'p99')}`],
    ),
    ['ES256 JWTs signed per second', figure(jwt.sign), figure(jwt['raw-sign'])],
    ['ES256 JWTs verified per second', figure(jwt.verify), figure(jwt['raw-verify'])],
    ['portcullis/verify, a new token, per second', figure(verify.first)],
    ['portcullis/verify, a repeated token, per second', figure(verify.repeated)],
    ['jose.jwtVerify with createRemoteJWKSet, per second', figure(verify.jose)],
    bundle('minified'),
    bundle('gzip'),
    entry('portcullis/client', 'client'),
    entry('portcullis/verify', 'verify'),
    ['start of the Worker', milliseconds(startUp.portcullis), milliseconds(startUp.floor)],
    [
      'memory of workerd before the load',
      mebibytes(memory.portcullis.before),
      mebibytes(memory.floor.before),
    ],
    ['memory of workerd after the load', mebibytes(memory.portcullis.after), mebibytes(memory.floor.after)],
  ];
}

const asked = (
  reached: number,
  compare: 'at least' | 'at most',
  bound: number,
): NonNullable<Target['asked']> => ({
  bound: `${compare} ${figure(bound)}`,
  met: compare === 'at least' ? reached >= bound : reached <= bound,
});

function refreshTargets([level, loads]: [string, Refreshes[number]]): Target[] {
  const { portcullis, floor, 'workers-oauth-provider': provider } = loads;
  if (!portcullis || !floor) return [];
  const target = (what: string, reached: number, ...bound: ['at least' | 'at most', number]): Target => ({
    what: `${what}, ${clients(level)}`,
    reached: figure(reached),
    asked: asked(reached, ...bound),
  });
  return [
    ...(provider
      ? [
          target(
            'refreshes per second / workers-oauth-provider',
            ratio(portcullis, provider, 'perSecond'),
            'at least',
            4,
          ),
          target('refresh p99 / workers-oauth-provider', portcullis.p99 / provider.p99, 'at most', 1 / 3),
        ]
      : []),
    target('refreshes per second / floor', ratio(portcullis, floor, 'perSecond'), 'at least', 0.6),
  ];
}

/** One speed over another, and what was asked of it. */
const share = (what: string, reached: number, bound: number): Target => ({
  what,
  reached: figure(reached),
  asked: asked(reached, 'at least', bound),
});

function targetsOf({ refresh, signals, gate, jwt, verify, families }: Figures): Target[] {
  const [fewest, ...more] = families.refresh;
  const relative = fewest ? [1, ...more.map(({ load }) => ratio(load, fewest.load, 'p50'))] : [];
  const spread = Math.max(...relative) / Math.min(...relative) - 1;
  return [
    ...Object.entries(refresh).flatMap(refreshTargets),
    {
      what: `refresh time, 1 to ${whole(more.at(-1)?.families ?? 1)} families`,
      reached: `${(spread * 100).toFixed(0)}% apart`,
      asked: { bound: 'at most 20%', met: spread <= 0.2 },
    },
    {
      what: 'storage per family',
      reached: `${Math.round(families.bytesPerFamily)} bytes`,
      asked: { bound: 'at most 1,024 bytes', met: families.bytesPerFamily <= 1024 },
    },
    {
      what: 'rows written per rotation',
      reached: String(families.rowsWrittenPerRotation),
      asked: { bound: '1', met: families.rowsWrittenPerRotation === 1 },
    },
    share('refreshes per second with signals / without', ratio(signals.on, signals.off, 'perSecond'), 0.95),
    share('JWTs signed / bare crypto.subtle.sign', jwt.sign / jwt['raw-sign'], 0.8),
    share('a new token verified / jose', verify.first / verify.jose, 0.95),
    share('a repeated token verified / jose', verify.repeated / verify.jose, 10),
    ...(['url', 'binding'] as const).flatMap((kind) =>
      gated.map(([way, name, bound]): Target => {
        const what = `gate, ${name}, ${origins[kind]} / bare proxy`;
        const reached = ratio(gate[kind][way], gate[kind].proxy, 'perSecond');
        return bound === undefined ? { what, reached: figure(reached) } : share(what, reached, bound);
      }),
    ),
  ];
}

export const reportOf = (figures: Figures, conditions: string[]): Report => ({
  conditions,
  rows: rowsOf(figures),
  targets: targetsOf(figures),
  notes: [
    'Floor of a refresh: a Worker that makes one Durable Object write and one ES256 signature; of a sign-in: the scrypt hash; of the gate: a proxy that passes the request on; of JWTs: Web Crypto; of the start: a Worker of one line.',
    'A ratio of throughputs is the median of what each round says, not the ratio of the medians above it.',
    'The other libraries run unmodified in the same workerd on its KV; each client rotates its own chain.',
    'Before the gate stand an HTTP server in a process of its own and a Worker in the same workerd. Added p50 / p99: one request at a time to the HTTP server, beside the proxy. A strict route asks the object of the user every time, the others answer from memory. Storage is what SQLite grows by.',
  ],
});
