/** Days before months, as most who read English write them. */
const formats = (language: string): string => (language === 'en' ? 'en-GB' : language);

/** A moment in UTC, such as "14 Nov 2026, 09:05 UTC". @param at milliseconds since the epoch */
export const momentInWords = (language: string, at: number): string =>
  new Intl.DateTimeFormat(formats(language), {
    day: 'numeric',
    month: 'short',
    year: 'numeric',
    hour: '2-digit',
    minute: '2-digit',
    timeZone: 'UTC',
    timeZoneName: 'short',
  }).format(at);
