/** Bytes as text and back. Source: RFC 4648, with padding. */
const alphabet = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";

/** The six bits of each character by its code; 255 for what is none of the alphabet. */
const bitsOf = new Uint8Array(128).fill(255);
for (let i = 0; i < alphabet.length; i++) bitsOf[alphabet.charCodeAt(i)] = i;

/**
 * Base64 of bytes, padded. Own code because this layer has neither `Buffer` nor a promise that `btoa` takes
 * megabytes.
 */
export function base64(bytes: Uint8Array): string {
  // Joined in blocks: millions of single characters appended one by one are slow and need several times their
  // memory.
  const block = 3 * 8192;
  const parts: string[] = [];
  for (let start = 0; start < bytes.length; start += block) {
    const end = Math.min(start + block, bytes.length);
    let text = "";
    for (let i = start; i < end; i += 3) {
      const word = (bytes[i]! << 16) | ((bytes[i + 1] ?? 0) << 8) | (bytes[i + 2] ?? 0);
      text += alphabet[word >> 18]! + alphabet[(word >> 12) & 63]!;
      text += i + 1 < end ? alphabet[(word >> 6) & 63]! : "=";
      text += i + 2 < end ? alphabet[word & 63]! : "=";
    }
    parts.push(text);
  }
  return parts.join("");
}

/** The bytes of padded base64; undefined where the text is none. */
export function bytesOfBase64(text: string): Uint8Array | undefined {
  const padding = text.endsWith("==") ? 2 : text.endsWith("=") ? 1 : 0;
  const characters = text.length - padding;
  if (text.length % 4 !== 0) return undefined;
  const bytes = new Uint8Array((text.length / 4) * 3 - padding);
  let word = 0;
  for (let i = 0, at = 0; i < text.length; i++) {
    const bits = i < characters ? (bitsOf[text.charCodeAt(i)] ?? 255) : 0;
    if (bits === 255) return undefined;
    word = (word << 6) | bits;
    if (i % 4 !== 3) continue;
    // A typed array takes nothing beyond its end, so that padding needs no case of its own.
    for (let shift = 16; shift >= 0; shift -= 8) bytes[at++] = (word >> shift) & 255;
    word = 0;
  }
  return bytes;
}
