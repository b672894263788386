/** All commands with their keys: to look up, to find and run, to change. */
import type { JSX, RefObject, TargetedKeyboardEvent } from "preact";
import { useEffect, useRef, useState } from "preact/hooks";
import { Dialog } from "../parts/dialog.js";
import { chordText, chordsOf, isReserved } from "../state/chords.js";
import {
  changeKeys,
  choosePreset,
  type Command,
  commands,
  hasChangedKeys,
  keysOf,
  preset,
  resetKeys,
  rivalOf,
  runCommand,
  sharersOf,
} from "../state/keys.js";
import { presets, presetTitles, type Preset } from "../state/presets.js";

/** The overlay of `?`. */
export function KeysOverlay({ onClose }: { readonly onClose: () => void }): JSX.Element {
  const groups = [...new Set(commands.value.map(({ group }) => group))];
  return (
    <Dialog title="Keys" onClose={onClose} class="wide">
      <div class="row">
        <label>
          Keys as in{" "}
          <select
            value={preset.value}
            onChange={({ currentTarget }) => choosePreset(currentTarget.value as Preset)}
          >
            {presets.map((name) => (
              <option key={name} value={name}>
                {presetTitles[name]}
              </option>
            ))}
          </select>
        </label>
        <button type="button" disabled={!hasChangedKeys.value} onClick={resetKeys}>
          Take back my changes
        </button>
        <span class="quiet">
          Choose a key to change it; Delete gives it back. In any tool: Space held moves, the wheel zooms.
        </span>
      </div>
      <div class="key-groups">
        {groups.map((group) => (
          <section key={group} aria-label={group}>
            <h3>{group}</h3>
            <ul class="plain">
              {commands.value
                .filter((known) => known.group === group)
                .map((known) => (
                  <KeyLine key={known.id} known={known} />
                ))}
            </ul>
          </section>
        ))}
      </div>
    </Dialog>
  );
}

function KeyLine({ known }: { readonly known: Command }): JSX.Element {
  const [isAsking, setAsking] = useState(false);
  const [problem, setProblem] = useState("");
  const [note, setNote] = useState("");
  const keys = keysOf(known);
  const take = (event: TargetedKeyboardEvent<HTMLButtonElement>): void => {
    if (!isAsking || event.key === "Tab") return;
    event.preventDefault();
    event.stopPropagation();
    const [chord] = chordsOf(event);
    if (chord === undefined) return;
    if (isReserved(chord)) return setProblem(`${chordText(chord)} belongs to the browser`);
    setNote("");
    if (chord === "Delete" || chord === "Backspace") changeKeys(known.id, undefined);
    else if (chord !== "Escape") {
      changeKeys(known.id, [chord]);
      const losers = sharersOf(known, chord).map(({ title }) => title);
      if (losers.length > 0) setNote(`${chordText(chord)} no longer calls: ${losers.join(", ")}`);
    }
    setAsking(false);
    setProblem("");
  };
  return (
    <li class="key-line">
      <span>{known.title}</span>
      {problem === "" ? undefined : (
        <span class="problem" role="alert">
          {problem}
        </span>
      )}
      {note === "" ? undefined : (
        <span class="stale-note" role="status">
          {note}
        </span>
      )}
      <button
        type="button"
        aria-label={`${known.title}: ${keys.map(chordText).join(" or ") || "no key"}; change`}
        onClick={() => setAsking(true)}
        onKeyDown={take}
        onBlur={() => setAsking(false)}
      >
        {isAsking ? <em>press a key</em> : keys.length === 0 ? <span class="quiet">none</span> : undefined}
        {isAsking ? undefined : keys.map((key) => <Key key={key} known={known} chord={key} />)}
      </button>
    </li>
  );
}

/** A key; one that calls something else in this view is struck through and says what. */
function Key({ known, chord }: { readonly known: Command; readonly chord: string }): JSX.Element {
  const rival = rivalOf(known, chord);
  if (rival === undefined) return <kbd>{chordText(chord)}</kbd>;
  return (
    <kbd class="taken" title={`Calls “${rival.title}” in this view`}>
      <s>{chordText(chord)}</s>
      <span class="unseen"> calls {rival.title} in this view</span>
    </kbd>
  );
}

/** The list of Ctrl+K. */
export function CommandList({ onClose }: { readonly onClose: () => void }): JSX.Element {
  const [text, setText] = useState("");
  const [at, setAt] = useState(0);
  const list = useRef<HTMLUListElement>(null);
  const words = text.toLowerCase().split(/\s+/);
  const found = commands.value
    .filter((known) => known.isActive?.() ?? true)
    .filter(({ title, group }) => words.every((word) => `${group} ${title}`.toLowerCase().includes(word)));
  const chosen = Math.min(at, found.length - 1);
  useEffect(() => list.current?.children[chosen]?.scrollIntoView({ block: "nearest" }), [chosen]);
  const run = (known: Command | undefined): void => {
    if (known === undefined) return;
    onClose();
    runCommand(known);
  };
  const key = (event: TargetedKeyboardEvent<HTMLInputElement>): void => {
    if (event.key === "ArrowDown") setAt(Math.min(found.length - 1, chosen + 1));
    else if (event.key === "ArrowUp") setAt(Math.max(0, chosen - 1));
    else if (event.key === "Enter") run(found[chosen]);
    else return;
    event.preventDefault();
  };
  return (
    <Dialog title="Commands" onClose={onClose}>
      <input
        class="whole"
        type="text"
        role="combobox"
        aria-label="Find a command"
        aria-expanded="true"
        aria-controls="command-list"
        aria-activedescendant={chosen >= 0 ? `command-${chosen}` : undefined}
        placeholder="What do you want to do?"
        autofocus
        value={text}
        onInput={({ currentTarget }) => {
          setText(currentTarget.value);
          setAt(0);
        }}
        onKeyDown={key}
      />
      <Found list={list} found={found} chosen={chosen} onRun={run} />
    </Dialog>
  );
}

function Found(props: {
  readonly list: RefObject<HTMLUListElement | null>;
  readonly found: readonly Command[];
  readonly chosen: number;
  readonly onRun: (known: Command) => void;
}): JSX.Element {
  const { list, found, chosen, onRun } = props;
  return (
    <ul ref={list} id="command-list" class="plain command-list" role="listbox" aria-label="Commands">
      {found.map((known, index) => (
        <li
          key={known.id}
          id={`command-${index}`}
          role="option"
          aria-selected={index === chosen}
          onClick={() => onRun(known)}
        >
          <span class="quiet">{known.group}</span>
          <span class="fill">{known.title}</span>
          {keysOf(known)
            .filter((chord) => rivalOf(known, chord) === undefined)
            .map((chord) => (
              <kbd key={chord}>{chordText(chord)}</kbd>
            ))}
        </li>
      ))}
    </ul>
  );
}
