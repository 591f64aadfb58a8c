// The origin behind the gate and behind the bare proxy: it says whether it was told who is calling.
export default {
  fetch: (request) => Response.json({ asserted: request.headers.has('Portcullis-Assertion') }),
} satisfies ExportedHandler;
