/** Pages whose forms somebody may send in spite of a limit, once a challenge is answered. */
export const challengedPages = ['/signin', '/signup', '/reset', '/signin/email'] as const;
export type ChallengedPage = (typeof challengedPages)[number];

export const isChallengedPage = (path: string | undefined): path is ChallengedPage =>
  challengedPages.some((page) => page === path);

/** Where the challenge is that leads back to a page. */
export const challengeAddress = (page: ChallengedPage, flowId: string | undefined): string =>
  `/signin/challenge?${new URLSearchParams({ page, ...(flowId !== undefined && { flow: flowId }) })}`;
