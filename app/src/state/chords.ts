/** Keys pressed together, as text: `Ctrl+Shift+Z`, `Delete`, `[`, `Shift+[`, `Space`, `F2`. */

/** What is read of a key event. */
export interface KeyPress {
  readonly key: string;
  /** Place on the keyboard, such as `BracketLeft`. */
  readonly code: string;
  readonly ctrlKey: boolean;
  readonly metaKey: boolean;
  readonly altKey: boolean;
  readonly shiftKey: boolean;
  getModifierState?(name: string): boolean;
}

const modifiers = ["Ctrl", "Alt", "Shift"] as const;
const modifierKeys = new Set(["Control", "Alt", "AltGraph", "Shift", "Meta", "CapsLock", "Dead"]);

/** Short names that people write. */
const otherNames: Readonly<Record<string, string>> = {
  " ": "Space",
  esc: "Escape",
  del: "Delete",
  left: "ArrowLeft",
  right: "ArrowRight",
  up: "ArrowUp",
  down: "ArrowDown",
  pgup: "PageUp",
  pgdn: "PageDown",
  cmd: "Ctrl",
  control: "Ctrl",
  meta: "Ctrl",
};

/** What stands on a key of a keyboard without Shift. */
const plainOfCode: Readonly<Record<string, string>> = {
  BracketLeft: "[",
  BracketRight: "]",
  Comma: ",",
  Period: ".",
  Minus: "-",
  Equal: "=",
  Slash: "/",
  Semicolon: ";",
  Quote: "'",
  Backquote: "`",
  Backslash: "\\",
};

const joined = (held: readonly boolean[], key: string): string =>
  [...modifiers.filter((_, index) => held[index]), key].join("+");

const named = (key: string): string =>
  otherNames[key.toLowerCase()] ?? (key.length === 1 ? key.toUpperCase() : capital(key));
const capital = (word: string): string => word.charAt(0).toUpperCase() + word.slice(1);

/** The usual way to write a chord: `shift+ctrl+z` is `Ctrl+Shift+Z`. */
export function chordOf(text: string): string {
  const key = text.endsWith("+") ? "+" : (text.split("+").at(-1) ?? "");
  const held = text
    .slice(0, text.length - key.length)
    .split("+")
    .map((word) => named(word.trim() || "-"));
  return joined(
    modifiers.map((modifier) => held.includes(modifier)),
    named(key === " " ? key : key.trim()),
  );
}

/**
 * What a key event may be called, the best name first. A sign that needs Shift has two: `?` and `Shift+/`.
 *
 * @returns none for a modifier alone
 */
export function chordsOf(press: KeyPress): readonly string[] {
  const { key, code } = press;
  if (key === "" || modifierKeys.has(key)) return [];
  // The third level of a key (AltGr) is reported as Ctrl and Alt on some systems.
  const isThird = press.getModifierState?.("AltGraph") ?? false;
  const ctrl = (press.ctrlKey || press.metaKey) && !isThird;
  const alt = press.altKey && !isThird;
  const isLetter = key.length === 1 && key.toLowerCase() !== key.toUpperCase();
  const isSign = key.length === 1 && !isLetter && key !== " ";
  const names = [joined([ctrl, alt, press.shiftKey && !isSign], named(key))];
  const plain = code.startsWith("Digit") ? code.slice(5) : plainOfCode[code];
  // Digits of the upper row have other signs with Shift or Alt, by keyboard.
  if (plain !== undefined && (press.shiftKey || alt)) names.push(joined([ctrl, alt, press.shiftKey], plain));
  if (alt && isLetter && /^Key[A-Z]$/.test(code)) names.push(joined([ctrl, alt, press.shiftKey], code[3]!));
  return [...new Set(names)];
}

/** The browser keeps these, or the user wants them of it: new window, reload, address, print, find, full size. */
const reserved = new Set(
  [..."NTWRLPF0"].flatMap((key) => [`Ctrl+${key}`, `Ctrl+Shift+${key}`]).concat(["F5", "F11", "F12"]),
);

/** Whether a chord belongs to the browser. */
export const isReserved = (chord: string): boolean => reserved.has(chord);

const shown: Readonly<Record<string, string>> = {
  ArrowLeft: "←",
  ArrowRight: "→",
  ArrowUp: "↑",
  ArrowDown: "↓",
  Escape: "Esc",
};

/** As it is shown to people. */
export const chordText = (chord: string): string => chord.replace(/[A-Za-z]+$/, (key) => shown[key] ?? key);
