// What `exports` of cloudflare:workers holds in tests: the Worker's own entry points.
declare namespace Cloudflare {
  interface GlobalProps {
    mainModule: typeof import('../../src/worker.ts');
  }
}
