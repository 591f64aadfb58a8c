// The least that a reverse proxy can do.
export default {
  fetch: (request, { ORIGIN }) => ORIGIN.fetch(request),
} satisfies ExportedHandler<{ ORIGIN: Fetcher }>;
