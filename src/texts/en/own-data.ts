export const ownData = {
  title: 'Download your data',
  lead: 'One file, in JSON, with everything that is kept of you here:',
  profile: 'your profile and your groups',
  methods: 'how you sign in, without anything that somebody could sign in with',
  sessions: 'where you are and were signed in, and why that ended',
  apps: 'what you allowed apps, and their access',
  events: 'what happened to the account in the last 30 days',
  elsewhere:
    'What apps keep of you themselves is not in it. Whoever has the file knows all that: keep it to yourself.',
  submit: 'Download',
} as const;
