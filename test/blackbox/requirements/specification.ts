/**
 * What a specification demands of an authorization server (what it demands of clients and of resource servers is left
 * out), and the tests that hold it: `file › describe › test`, the name as it is printed. A case of `it.each` may be
 * named with its values in place of `%s`.
 */
export type Requirement = [section: string, must: string, test: string, ...more: string[]];

export interface Specification {
  /** 'RFC 6749', for example. */
  name: string;
  title: string;
  requirements: Requirement[];
}
