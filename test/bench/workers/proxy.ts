// The least that a reverse proxy can do, before the same two origins.
export default {
  fetch(request, { ORIGIN, ORIGIN_URL }) {
    const { pathname, search } = new URL(request.url);
    return pathname.startsWith('/url/')
      ? fetch(ORIGIN_URL + pathname + search, request)
      : ORIGIN.fetch(request);
  },
} satisfies ExportedHandler<{ ORIGIN: Fetcher; ORIGIN_URL: string }>;
