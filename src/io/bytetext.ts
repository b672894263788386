/** Text of one byte a character, the same in every runtime: their "latin1" is now Latin-1, now Windows-1252. */

/** Latin-1: each byte is the code point of its value. */
export function latin1Text(bytes: Uint8Array): string {
  let text = "";
  for (let from = 0; from < bytes.length; from += chunk)
    text += String.fromCharCode(...bytes.subarray(from, from + chunk));
  return text;
}

/** Arguments of one call: more may not fit on the stack. */
const chunk = 4096;

/** The code page of Windows in western Europe: Latin-1 but for 0x80 to 0x9f. */
export const windows1252Text = (bytes: Uint8Array): string =>
  latin1Text(bytes).replace(/[\x80-\x9f]/g, (letter) => windowsLetters[letter.charCodeAt(0) - 0x80]!);

/** Letters of 0x80 to 0x9f. Five bytes stand for no letter, and stay as they are, as browsers have it. */
const windowsLetters =
  "€\x81‚ƒ„…†‡ˆ‰Š‹Œ\x8dŽ\x8f" + // 0x80 to 0x8f
  "\x90‘’“”•–—˜™š›œ\x9džŸ"; // 0x90 to 0x9f
