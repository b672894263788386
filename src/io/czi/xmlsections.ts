/** What is no element, by how it begins and ends. */
const others = [
  ["<!--", "-->"],
  ["<![CDATA[", "]]>"],
  ["<?", "?>"],
] as const;

/**
 * XML without the elements of some names at a depth: settings of the microscope are megabytes, and parsing
 * them takes longer than all else.
 *
 * @param depth 0 for the root
 * @returns the text as it is where its tags do not match
 */
export function withoutElements(text: string, names: ReadonlySet<string>, depth: number): string {
  const kept: string[] = [];
  let [open, from, cutAt] = [0, 0, -1];
  for (let at = text.indexOf("<"); at >= 0;) {
    const end = endOf(text, at);
    if (end < 0) return text;
    const closing = text[at + 1] === "/";
    if (closing) open--;
    if (open < 0) return text;
    if (open === depth && names.has(nameOf(text, closing ? at + 2 : at + 1))) {
      if (!closing && text[end - 2] !== "/") cutAt = at;
      if (closing && cutAt >= 0) {
        kept.push(text.slice(from, cutAt));
        [from, cutAt] = [end, -1];
      }
    }
    if (!closing && isElement(text, at) && text[end - 2] !== "/") open++;
    at = text.indexOf("<", end);
  }
  return open === 0 ? kept.join("") + text.slice(from) : text;
}

const isElement = (text: string, at: number): boolean => text[at + 1] !== "!" && text[at + 1] !== "?";

/** The end of what begins at a "<", exclusive; -1 when it does not end. */
function endOf(text: string, at: number): number {
  for (const [begin, end] of others) {
    if (!text.startsWith(begin, at)) continue;
    const found = text.indexOf(end, at + begin.length);
    return found < 0 ? -1 : found + end.length;
  }
  for (let i = at + 1; i < text.length; i++) {
    const sign = text[i]!;
    if (sign === ">") return i + 1;
    if (sign === "<") return -1;
    if (sign !== '"' && sign !== "'") continue;
    i = text.indexOf(sign, i + 1);
    if (i < 0) return -1;
  }
  return -1;
}

const nameSigns = /[\w:.-]*/y;

function nameOf(text: string, at: number): string {
  nameSigns.lastIndex = at;
  return nameSigns.exec(text)?.[0] ?? "";
}
