// Writes what was measured where readers find it: between two marks of a document.

import { readFileSync, writeFileSync } from 'node:fs';

const marks = (command) => [`<!-- measured by ${command} -->\n`, `<!-- end of what ${command} measured -->`];
export const BRIEF = marks('dev/bench');
export const GROWTH = marks('dev/bench growth');
export const SEVERAL = marks('dev/bench several');

const at = (path) => new URL(`../${path}`, import.meta.url);

// The results, and their brief part in README.md, word for word.
export function publish(results) {
  writeFileSync(at('doc/performance-results.md'), results);
  replacePart(at('README.md'), BRIEF, split(results, BRIEF)[1]);
}

export function replacePart(file, [begin, end], text) {
  const [before, , after] = split(readFileSync(file, 'utf8'), [begin, end]);
  writeFileSync(file, before + begin + text + end + after);
}

// A text before, between and after its marks.
function split(text, [begin, end]) {
  const [first, last] = [text.indexOf(begin), text.indexOf(end)];
  if (first < 0 || last < first) throw new Error(`no part between ${begin.trim()} and ${end}`);
  return [text.slice(0, first), text.slice(first + begin.length, last), text.slice(last + end.length)];
}
