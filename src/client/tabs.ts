export type TabMessage = { kind: 'signed_in'; sub: string } | { kind: 'signed_out' };

/** Tells this origin's other tabs, and hears from them. No token crosses: only that something happened. */
export function openTabs(name: string, listener: (message: TabMessage) => void) {
  const channel = new BroadcastChannel(name);
  channel.onmessage = ({ data }: MessageEvent<TabMessage>) => listener(data);
  return { tell: (message: TabMessage) => channel.postMessage(message) };
}
