/** The address of a step of the sign-in that a flow is in. @param more parameters of that step */
export function withFlow(
  path: string,
  flowId: string | undefined,
  more: Record<string, string> = {},
): string {
  const query = new URLSearchParams({ ...(flowId !== undefined && { flow: flowId }), ...more }).toString();
  return query === '' ? path : `${path}?${query}`;
}
