import { deviceReturn } from './device.ts';

/** The pages of the account that ask for a fresh sign-in, by the names that their flows have. */
const pages = {
  account: '/account',
  password: '/account/password',
  passkeys: '/account/passkeys',
  authenticator: '/account/authenticator',
  'recovery-codes': '/account/recovery-codes',
  'trusted-devices': '/account/trusted-devices',
  email: '/account/email',
  providers: '/account/providers',
  data: '/account/data',
  delete: '/account/delete',
} as const;

export type OwnPage = keyof typeof pages;

const PREFIX = 'to-';

/** The `flow` of a sign-in that leads back to a page of ours: there is nothing to keep for it. */
export const ownPageFlow = (page: OwnPage): string => PREFIX + page;

/** Whether a flow leads to such a page. */
export const isOwnPageFlow = (flowId: string | undefined): boolean =>
  flowId?.startsWith(PREFIX) === true && ownReturn(flowId) !== undefined;

/** Where a flow leads that has no authorization request: to the device page, or a page of the account. */
export function ownReturn(flowId: string | undefined): string | undefined {
  const page = flowId?.startsWith(PREFIX) ? flowId.slice(PREFIX.length) : undefined;
  if (page !== undefined) return Object.hasOwn(pages, page) ? pages[page as OwnPage] : undefined;
  return deviceReturn(flowId);
}
