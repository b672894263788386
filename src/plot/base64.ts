const alphabet = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";

/**
 * Base64 of bytes, padded. Own code because this layer has neither `Buffer` nor a promise that `btoa` takes
 * megabytes. Source: RFC 4648.
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
