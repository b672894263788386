/**
 * A UUID (version 8, RFC 9562) of an object: the same for the same movie, frame and label, and another one for
 * each frame and label of a movie.
 *
 * @param movie name
 * @param frame from 0, below 2^26
 * @param label from 0, below 2^32
 */
export function objectUuid(movie: string, frame: number, label: number): string {
  const hex = (value: number, digits: number): string => value.toString(16).padStart(digits, "0");
  const [first, second] = [hashOf(movie, 0x811c9dc5), hashOf(movie, 0x9e3779b9)];
  // 12 bits beside the version, 14 beside the variant.
  return [
    hex(first, 8),
    hex(second >>> 16, 4),
    `8${hex((frame >>> 14) & 0xfff, 3)}`,
    hex(0x8000 | (frame & 0x3fff), 4),
    hex(second & 0xffff, 4) + hex(label >>> 0, 8),
  ].join("-");
}

/** FNV-1a of 32 bits over UTF-16, with a last mixing. */
function hashOf(text: string, seed: number): number {
  let hash = seed;
  for (let i = 0; i < text.length; i++) hash = Math.imul(hash ^ text.charCodeAt(i), 0x01000193);
  hash = Math.imul(hash ^ (hash >>> 16), 0x85ebca6b);
  return (hash ^ (hash >>> 13)) >>> 0;
}
