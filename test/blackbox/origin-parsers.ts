/** How origins read a path. Each is a way in which some server, framework or file system does, or did until an advisory. */
type Parser = (path: string) => string;

/** Decoded without being strict: what is malformed stays, overlong UTF-8 becomes what it spells. */
const decode: Parser = (path) => {
  const bytes = path.replace(/%u([0-9a-f]{4})/gi, (_, code: string) =>
    String.fromCharCode(Number.parseInt(code, 16)),
  );
  return bytes.replace(/(?:%[0-9a-f]{2})+/gi, (encoded) => {
    const buffer = Buffer.from(encoded.replaceAll('%', ''), 'hex');
    const overlong = buffer
      .toString('latin1')
      .replace(/[\xc0\xc1]([\x80-\xbf])/g, (pair, low: string) =>
        String.fromCharCode(((pair.charCodeAt(0) & 1) << 6) | (low.charCodeAt(0) & 0x3f)),
      )
      .replace(/\xe0([\x80-\x9f])([\x80-\xbf])/g, (_, high: string, low: string) =>
        String.fromCharCode(((high.charCodeAt(0) & 0x1f) << 6) | (low.charCodeAt(0) & 0x3f)),
      );
    return Buffer.from(overlong, 'latin1').toString('utf8');
  });
};
const merge: Parser = (path) => path.replace(/\/{2,}/g, '/');
const backslashes: Parser = (path) => path.replaceAll('\\', '/');
const withoutParameters: Parser = (path) => path.replace(/;[^/]*/g, '');
const cutAtDelimiters: Parser = (path) => path.replace(/[?#\0].*$/s, '');
const withoutEnd: Parser = (path) => path.replace(/[/. ]+$/, '') || '/';
const lower: Parser = (path) => path.toLowerCase();
const upperThenLower: Parser = (path) => path.toUpperCase().toLowerCase();
const compatible: Parser = (path) => path.normalize('NFKC');
const visible: Parser = (path) => path.replace(/[\u00ad\u200b-\u200f\u2060-\u2064\ufeff]/g, '');
/** Windows overlooks dots and spaces at the end of a name, and the names of the stream that is a file's content. */
const windows: Parser = (path) =>
  path
    .split('/')
    .map((segment) =>
      /^\.{1,2}$/.test(segment)
        ? segment
        : segment.replace(/:(?:\$i30)?:\$[a-z_]+$/i, '').replace(/[. ]+$/, ''),
    )
    .join('/');
const resolve: Parser = (path) => {
  const resolved: string[] = [];
  for (const segment of path.split('/').slice(1)) {
    if (segment === '..') resolved.pop();
    else if (segment !== '.') resolved.push(segment);
  }
  return `/${resolved.join('/')}`;
};
const whatwg: Parser = (path) => {
  const url = URL.parse(`http://origin.test${path}`);
  return url ? url.pathname : path;
};

const chain =
  (...parsers: Parser[]): Parser =>
  (path) =>
    parsers.reduce((read, parser) => parser(read), path);

/** By name. Those that decode go on to do what a server does after that. */
export const parsers: Record<string, Parser> = {
  'as it stands': (path) => path,
  'decoded once': decode,
  'decoded twice': chain(decode, decode),
  'lower case': lower,
  'decoded, lower case': chain(decode, upperThenLower),
  'without parameters': withoutParameters,
  'decoded, without parameters': chain(decode, withoutParameters),
  'slashes merged': merge,
  'decoded, slashes merged, dots resolved': chain(decode, merge, resolve),
  'decoded twice, dots resolved': chain(decode, decode, merge, resolve),
  'dots resolved, decoded': chain(resolve, decode),
  'decoded, backslashes as slashes': chain(decode, backslashes, merge, resolve),
  'decoded, cut at a delimiter': chain(decode, cutAtDelimiters, withoutEnd),
  'without what is at the end': withoutEnd,
  'decoded, without what is at the end': chain(decode, withoutEnd),
  'as browsers do': whatwg,
  'decoded, as browsers do': chain(decode, whatwg, decode),
  'look-alikes as what they look like': chain(decode, compatible, merge, resolve),
  'only what can be seen': chain(decode, visible, merge, resolve),
  'a Windows file system': chain(decode, backslashes, windows, merge, resolve, lower),
  everything: chain(
    ...[decode, decode, compatible, visible, cutAtDelimiters, backslashes, withoutParameters, merge, resolve],
    ...[windows, withoutEnd, upperThenLower],
  ),
};
