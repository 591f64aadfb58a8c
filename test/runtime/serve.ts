// The process that startRuntime starts. Everything it knows comes in one message; it ends with its parent.
import childProcess from 'node:child_process';
import type { V4MiniflareOptions } from 'miniflare';

// Miniflare does not tell which process its workerd is, and starts another one when it crashes.
const { spawn } = childProcess;
childProcess.spawn = ((command: string, ...rest: never[]) => {
  const child = (spawn as (command: string, ...rest: never[]) => childProcess.ChildProcess)(command, ...rest);
  process.send?.({ workerd: child.pid });
  return child;
}) as typeof spawn;

const { Miniflare, convertV4MiniflareOptions, Log, LogLevel } = await import('miniflare');

process.once('message', async (options: V4MiniflareOptions) => {
  const log = new Log(LogLevel.WARN);
  const miniflare = new Miniflare(convertV4MiniflareOptions({ ...options, log }));
  const stop = async () => {
    await miniflare.dispose();
    process.exit(0);
  };
  process.once('SIGTERM', stop);
  process.once('disconnect', stop);
  await miniflare.ready;
  process.send?.({ ready: true });
});
