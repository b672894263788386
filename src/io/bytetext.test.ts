import { describe, expect, it } from "vitest";
import { latin1Text, windows1252Text } from "./bytetext.js";

const all = Uint8Array.from({ length: 256 }, (_, i) => i);

describe("latin1Text", () => {
  it("gives each byte the code point of its value", () => {
    const text = latin1Text(all);
    expect(Array.from(text, (letter) => letter.charCodeAt(0))).toEqual([...all]);
    expect(latin1Text(Uint8Array.of())).toBe("");
  });

  it("holds long texts, too", () => {
    const long = Uint8Array.from({ length: 200_001 }, (_, i) => i % 251);
    expect(latin1Text(long)).toBe(Buffer.from(long).toString("latin1"));
  });
});

describe("windows1252Text", () => {
  it("differs in 27 letters of 0x80 to 0x9f", () => {
    const text = windows1252Text(all);
    expect(text.length).toBe(256);
    const differing = [...all].filter((i) => text.charCodeAt(i) !== i);
    expect(differing.length).toBe(27);
    expect(Math.min(...differing)).toBe(0x80);
    expect(Math.max(...differing)).toBe(0x9f);
    expect([0x80, 0x85, 0x92, 0x96, 0x9f].map((i) => text[i])).toEqual(["€", "…", "’", "–", "Ÿ"]);
    expect(text[0xb5]).toBe("µ");
  });
});
