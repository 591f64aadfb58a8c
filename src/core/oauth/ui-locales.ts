/** RFC 5646 §2.1 and §4.4.1, as far as its form goes. */
const tagForm = /^(?=.{1,35}$)[A-Za-z]{1,8}(?:-[A-Za-z0-9]{1,8})*$/;
/** As many as anybody reads; they are kept while the person signs in. */
const MAXIMUM_KEPT = 5;

/**
 * The languages that the person reads, the best first, as the client says (`ui_locales`, OpenID Connect Core §3.1.2.1);
 * undefined where it says nothing of use. A hint: what is no language is passed over.
 */
export function parseUiLocales(uiLocales: string | undefined): string[] | undefined {
  const tags = (uiLocales ?? '')
    .slice(0, 1000)
    .split(' ')
    .filter((tag) => tagForm.test(tag));
  return tags.length > 0 ? tags.slice(0, MAXIMUM_KEPT) : undefined;
}
