// Starts a Worker anew, in an isolate of its own, each time it is asked: what its start costs, and nothing of the
// process around it. The Worker gets no bindings; what it answers without them does not matter.

interface Environment {
  LOADER: {
    get(
      id: string,
      code: () => {
        compatibilityDate: string;
        compatibilityFlags: string[];
        mainModule: string;
        modules: Record<string, string>;
        env: object;
        globalOutbound: null;
      },
    ): { getEntrypoint(): Fetcher };
  };
  SCRIPTS: Record<string, string>;
  COMPATIBILITY_DATE: string;
  COMPATIBILITY_FLAGS: string[];
}

export default {
  async fetch(request, { LOADER, SCRIPTS, COMPATIBILITY_DATE, COMPATIBILITY_FLAGS }) {
    const script = SCRIPTS[new URL(request.url).pathname.slice(1)] ?? '';
    const started = LOADER.get(crypto.randomUUID(), () => ({
      compatibilityDate: COMPATIBILITY_DATE,
      compatibilityFlags: COMPATIBILITY_FLAGS,
      mainModule: 'worker.js',
      modules: { 'worker.js': script },
      env: {},
      globalOutbound: null,
    }));
    const { status } = await started.getEntrypoint().fetch('http://localhost/');
    return Response.json({ status });
  },
} satisfies ExportedHandler<Environment>;
