// Starts a Worker anew, in an isolate of its own, each time it is asked: what its start costs, and nothing of the
// process around it. The Worker gets its variables and no bindings, and is asked for a page that needs none.

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
  VARIABLES: Record<string, string>;
  COMPATIBILITY_DATE: string;
  COMPATIBILITY_FLAGS: string[];
}

export default {
  async fetch(request, { LOADER, SCRIPTS, VARIABLES, COMPATIBILITY_DATE, COMPATIBILITY_FLAGS }) {
    const script = SCRIPTS[new URL(request.url).pathname.slice(1)] ?? '';
    const started = LOADER.get(crypto.randomUUID(), () => ({
      compatibilityDate: COMPATIBILITY_DATE,
      compatibilityFlags: COMPATIBILITY_FLAGS,
      mainModule: 'worker.js',
      modules: { 'worker.js': script },
      env: VARIABLES,
      globalOutbound: null,
    }));
    return started.getEntrypoint().fetch('http://localhost/');
  },
} satisfies ExportedHandler<Environment>;
