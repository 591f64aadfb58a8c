const loopback = ['localhost', '127.0.0.1', '[::1]'];

/** Whether what is at a URL is its host's: https, or http on this machine. Over http it is whoever's is on the way. */
export const isTrustworthy = ({ protocol, hostname }: URL): boolean =>
  protocol === 'https:' || (protocol === 'http:' && loopback.includes(hostname));
