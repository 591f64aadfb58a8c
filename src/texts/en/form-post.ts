export const formPost = {
  title: 'On to the app',
  goingOn: 'You are going on to {host}.',
} as const;
