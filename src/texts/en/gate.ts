/** How the gate says no, by the code that it puts on the wire. */
export const gate = {
  startAgain: 'Start again',
  signInAsOther: 'Sign in as somebody else',
  refusals: {
    invalid_request: {
      title: 'This address is refused',
      message: 'The request cannot be read in one safe way.',
    },
    sign_in_failed: {
      title: 'Signing in did not work',
      message: 'This sign-in was not started in this browser, or it took too long. Please start again.',
    },
    login_required: { title: 'Sign in to go on', message: 'Nobody is signed in.' },
    invalid_token: { title: 'This token is refused', message: 'The access token is not valid.' },
    invalid_dpop_proof: {
      title: 'This token is refused',
      message: 'The proof that came with the access token is not valid.',
    },
    use_dpop_nonce: {
      title: 'This token is refused',
      message: 'The proof needs the nonce that comes with this answer.',
    },
    insufficient_user_authentication: {
      title: 'Please sign in once more',
      message: 'This place needs a more recent or a stronger sign-in.',
    },
    step_up_failed: {
      title: 'A stronger sign-in is needed',
      message: 'You are signed in, but this place needs a way of signing in that was not used.',
    },
    forbidden: {
      title: 'You may not go here',
      message: 'You are signed in, but this place is for others. Ask whoever runs it to let you in.',
    },
    access_denied: { title: 'You were not signed in', message: 'The sign-in was cancelled.' },
    insufficient_scope: {
      title: 'You may not go here',
      message: 'This place is for applications with a permission that this caller does not have.',
    },
    cross_site_request: {
      title: 'This request is refused',
      message: 'A request that changes something must come from a page of this very site.',
    },
    no_route: { title: 'Nothing here', message: 'No route leads to this address; it is refused.' },
    method_not_allowed: { title: 'This request is refused', message: 'The method is not allowed here.' },
    bad_gateway: { title: 'The application is not there', message: 'The origin cannot be reached.' },
    temporarily_unavailable: {
      title: 'Please try again in a moment',
      message: 'Who you are cannot be checked right now.',
    },
    gateway_timeout: { title: 'The application is slow', message: 'The origin did not answer in time.' },
  },
} as const;
