/** Keeps the newest `maximum` entries: an isolate's memory is bounded, whoever fills it. */
export function remember<K, V>(map: Map<K, V>, key: K, value: V, maximum: number): void {
  map.delete(key);
  const [oldest] = map.keys();
  if (map.size >= maximum && oldest !== undefined) map.delete(oldest);
  map.set(key, value);
}
