/** Commands with keys: whose keys hold, what the user has changed, and which command a key calls. */
import { computed, signal } from "@preact/signals";
import { chordOf, chordsOf, isReserved, type KeyPress } from "./chords.js";
import { tellError } from "./notices.js";
import { presetKeys, presets, type Preset, type PresetKeys } from "./presets.js";
import { store, stored } from "./stored.js";

/** Something that can be done from the keyboard and from the list of commands. */
export interface Command {
  /** Such as `mask.paint`; `presets.ts` knows the keys of some. */
  readonly id: string;
  readonly title: string;
  /** Heading under which it is listed. */
  readonly group: string;
  /** Keys by preset. Where left out, those of `presets.ts`. */
  readonly keys?: PresetKeys | undefined;
  readonly run: () => unknown;
  /** Whether it can be done now. Default: always. */
  readonly isActive?: (() => boolean) | undefined;
}

/** All that are registered, in that order. */
export const commands = signal<readonly Command[]>([]);

/** Keys that are held down and no part of text that is being written, such as `Space`, `A`, `Shift`. */
export const heldKeys = signal<ReadonlySet<string>>(new Set());

/** Keys the user chose, by preset and command. */
type KeyChanges = Readonly<Partial<Record<Preset, Readonly<Record<string, readonly string[]>>>>>;

const storedPreset = stored<Preset>("preset");
/** Whose keys hold. */
export const preset = signal<Preset>(
  storedPreset !== undefined && presets.includes(storedPreset) ? storedPreset : "karyon",
);
const keyChanges = signal<KeyChanges>(stored<KeyChanges>("keys") ?? {});

/** Whether the user has changed keys of the preset. */
export const hasChangedKeys = computed(() => Object.keys(keyChanges.value[preset.value] ?? {}).length > 0);

/** Registers a command; a later one of the same id takes its place. @returns takes it away */
export function command(added: Command): () => void {
  commands.value = [...commands.value.filter(({ id }) => id !== added.id), added];
  return () => {
    commands.value = commands.value.filter((known) => known !== added);
  };
}

/** Takes over the keys of another program. */
export function choosePreset(name: Preset): void {
  preset.value = name;
  store("preset", name);
}

/** Gives a command other keys; undefined for those of the preset. */
export function changeKeys(id: string, keys: readonly string[] | undefined): void {
  const all = { ...keyChanges.value[preset.value] };
  if (keys === undefined) delete all[id];
  else all[id] = keys.map(chordOf);
  keyChanges.value = { ...keyChanges.value, [preset.value]: all };
  store("keys", keyChanges.value);
}

/** Forgets what was changed in this preset. */
export function resetKeys(): void {
  keyChanges.value = { ...keyChanges.value, [preset.value]: {} };
  store("keys", keyChanges.value);
}

/** How much a key is meant: changed by the user 2, of the preset 1, taken over from `karyon` 0. */
interface BoundKeys {
  readonly keys: readonly string[];
  readonly strength: 0 | 1 | 2;
}

function boundKeys({ id, keys }: Command): BoundKeys {
  const changed = keyChanges.value[preset.value]?.[id];
  if (changed !== undefined) return { keys: changed, strength: 2 };
  const own = keys?.[preset.value] ?? presetKeys[id]?.[preset.value];
  if (own !== undefined) return { keys: own.map(chordOf), strength: 1 };
  return { keys: (keys?.karyon ?? presetKeys[id]?.karyon ?? []).map(chordOf), strength: 0 };
}

/** Keys of a command in the preset that holds. */
export const keysOf = (known: Command): readonly string[] => boundKeys(known).keys;

const canRun = (known: Command): boolean => known.isActive?.() ?? true;

/** The command that a chord calls now; undefined for none. The strongest binding, then the latest command. */
export function commandFor(chord: string): Command | undefined {
  let best: Command | undefined;
  let strength = -1;
  for (const known of commands.value) {
    const bound = boundKeys(known);
    if (bound.strength < strength || !bound.keys.includes(chord) || !canRun(known)) continue;
    best = known;
    strength = bound.strength;
  }
  return isReserved(chord) ? undefined : best;
}

/** The command that a key calls in place of the given one; undefined where the key is its own. */
export function rivalOf(known: Command, chord: string): Command | undefined {
  const called = canRun(known) ? commandFor(chord) : known;
  return called === known ? undefined : called;
}

/** Other commands of the view that would be called by a key. */
export const sharersOf = (known: Command, chord: string): readonly Command[] =>
  commands.value.filter(
    (other) => other.id !== known.id && canRun(other) && boundKeys(other).keys.includes(chord),
  );

/** Runs it and says what went wrong. */
export function runCommand(known: Command): void {
  try {
    const work = known.run();
    if (work instanceof Promise) work.catch(tellError);
  } catch (error) {
    tellError(error);
  }
}

const plainInputs = new Set(["range", "checkbox", "radio", "button", "submit", "color", "file"]);

/** Whether letters go into this element. */
function takesText(target: EventTarget | null): boolean {
  if (target instanceof HTMLInputElement) return !plainInputs.has(target.type);
  if (!(target instanceof HTMLElement)) return false;
  return target.tagName === "TEXTAREA" || target.tagName === "SELECT" || target.isContentEditable;
}

/** Text that is not yet taken over has its own undo, copy and paste. */
const isBeingWritten = (target: EventTarget | null): boolean =>
  target instanceof HTMLElement && (target.tagName === "TEXTAREA" || target.dataset.writing === "yes");

const textChords = new Set(["Ctrl+A", "Ctrl+C", "Ctrl+V", "Ctrl+X"]);

function belongsToText(chord: string, target: EventTarget | null): boolean {
  if (!takesText(target)) return false;
  if (!/^(Ctrl|Alt)\+/.test(chord)) return !/^F\d+$/.test(chord);
  return isBeingWritten(target) || textChords.has(chord);
}

/** Keys by which the element in focus is worked itself. */
function belongsToControl(chord: string, target: EventTarget | null): boolean {
  if (!(target instanceof HTMLElement)) return false;
  if (chord === "Space" || chord === "Enter")
    return target.matches("button, summary, a, [role=button], [role=tab], [role=option], input");
  const isMove = /^(Arrow|Page|Home|End)/.test(chord);
  return isMove && target.matches("input[type=range], input[type=radio], [role=tab], [role=grid], select");
}

function pressed(event: KeyboardEvent): void {
  if (event.defaultPrevented || event.isComposing) return;
  hold(event);
  if (document.querySelector("dialog:modal") !== null) return;
  for (const chord of chordsOf(event)) {
    if (belongsToText(chord, event.target) || belongsToControl(chord, event.target)) continue;
    const known = commandFor(chord);
    if (known === undefined) continue;
    event.preventDefault();
    runCommand(known);
    return;
  }
}

const heldName = ({ key }: KeyPress): string => chordOf(key).split("+").at(-1) || "+";

function hold(event: KeyboardEvent): void {
  if (takesText(event.target) || event.repeat) return;
  heldKeys.value = new Set([...heldKeys.value, heldName(event)]);
}

function released(event: KeyboardEvent): void {
  const left = new Set(heldKeys.value);
  left.delete(heldName(event));
  heldKeys.value = left;
}

/** Listens to the keyboard, once for the page. */
export function listenToKeys(): void {
  addEventListener("keydown", pressed);
  addEventListener("keyup", released);
  // Keys that are let go in another window are never told.
  addEventListener("blur", () => {
    heldKeys.value = new Set();
  });
}
