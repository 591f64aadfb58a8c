/** What every token of ours that is no JWT begins with: a secret scanner can match it. */
const OURS = 'pc_';

/** What follows tells what it is. */
export const tokenPrefixes = {
  authorization_code: 'pc_ac_',
  device_code: 'pc_dc_',
  refresh_token: 'pc_rt_',
  session: 'pc_st_',
  device: 'pc_dv_',
  access_token: 'pc_at_',
} as const;

/**
 * Whether a text looks like a token of ours that is no JWT: of one kind, or of any. Only reading it tells whether it is
 * one. This is for every place where a token comes without a word on its kind: revocation, introspection, the gate.
 */
export const looksLikeOurs = (text: string, kind?: keyof typeof tokenPrefixes): boolean =>
  text.startsWith(kind === undefined ? OURS : tokenPrefixes[kind]);
