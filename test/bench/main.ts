import { cpus, loadavg, totalmem } from 'node:os';
import { parseArgs } from 'node:util';
import { startRuntime } from '../runtime/runtime.ts';
import { type Figures, reportOf } from './figures.ts';
import { inTurn, signUp } from './flow.ts';
import { connect, type Pace } from './load.ts';
import { measureFamilies } from './measure/families.ts';
import { measureGate } from './measure/gate.ts';
import { measureJwt } from './measure/jwt.ts';
import { measureMemory } from './measure/memory.ts';
import { measureRefresh, type Size } from './measure/refresh.ts';
import { measureSignIn } from './measure/sign-in.ts';
import { measureSignals } from './measure/signals.ts';
import { measureSize } from './measure/size.ts';
import { measureStartUp } from './measure/start-up.ts';
import { measureVerify } from './measure/verify.ts';
import { print } from './report.ts';
import { floor, installPeers, jwt, origin, peers } from './servers.ts';

const usage = `npm run bench -- [options]

  --quick      a smoke run of half a minute: its figures mean nothing
  --no-peers   without the other libraries
  --markdown   print markdown`;

async function measure(withPeers: boolean, size: Size, levels: number[], pace: Pace): Promise<Figures> {
  const say = (what: string) => console.error(`measuring ${what}...`);
  const runtime = await startRuntime({
    workers: [origin, floor, jwt, ...(withPeers ? peers : [])],
  });
  const http = connect(runtime.url);
  let together: Pick<Figures, 'refresh' | 'signIn' | 'jwt'>;
  try {
    say('refreshes');
    const people = await inTurn(Array.from({ length: size.users }), () => signUp(http));
    const refresh = await measureRefresh(runtime, people, size, levels, pace);
    say('sign-ins');
    const signIn = await measureSignIn(runtime, people, pace);
    say('JWTs');
    together = {
      refresh,
      signIn,
      jwt: await measureJwt(runtime, pace),
    };
  } finally {
    http.close();
    await runtime.stop();
  }
  say('signals');
  const signals = await measureSignals(size, pace);
  say('the gate');
  const gate = await measureGate(size, pace);
  say('families');
  const families = await measureFamilies(pace);
  say('the verifier');
  // Short turns, and many: what is compared is near enough for a passing load to decide it.
  const verify = await measureVerify({ ...pace, seconds: pace.seconds / 4, rounds: pace.rounds * 3 });
  say('memory');
  const memory = await measureMemory(size, pace);
  say('start-up');
  const startUp = await measureStartUp(pace);
  return {
    ...together,
    signals,
    gate,
    families,
    verify,
    memory,
    startUp,
    size: await measureSize(withPeers),
  };
}

const { values } = parseArgs({
  options: {
    quick: { type: 'boolean', default: false },
    peers: { type: 'boolean', default: true },
    markdown: { type: 'boolean', default: false },
    help: { type: 'boolean', default: false },
  },
  allowNegative: true,
});
if (values.help) {
  console.log(usage);
} else {
  if (values.peers) await installPeers();
  const size: Size = values.quick ? { users: 2, chains: 2 } : { users: 16, chains: 2 };
  const levels = values.quick ? [1, 4] : [1, 8, 32];
  const pace: Pace = values.quick
    ? { seconds: 0.4, warmUpSeconds: 0.1, rounds: 1 }
    : { seconds: 0.6, warmUpSeconds: 0.15, rounds: 15 };
  const [busy = 0] = loadavg();
  const figures = await measure(values.peers, size, levels, pace);
  const machine = `${cpus().length} cores (${cpus()[0]?.model.trim()}), ${Math.round(totalmem() / 1024 ** 3)} GiB`;
  const conditions = [
    `${new Date().toISOString().slice(0, 10)}, ${machine}, ${process.platform}, Node ${process.versions.node}.`,
    ...(busy > 0.5 ? [`The machine was busy with something else: load average ${busy.toFixed(1)}.`] : []),
    `One workerd and the load generator share the machine; ${size.users} users; ${pace.rounds} rounds of ${pace.seconds} s in turns.`,
    ...(values.quick ? ['A quick run: these figures mean nothing.'] : []),
  ];
  console.log(print(reportOf(figures, conditions), values.markdown));
}
