/** No family's id has the tilde. */
export const HANDLE_LINEAGE = 'gate~';

/** How the `jti` of a token begins that was exchanged for a browser's handle at the gate, where others name a family. */
export const lineageOfHandle = (handleId: string): string => HANDLE_LINEAGE + handleId;
