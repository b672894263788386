/** The tools, beside the image. */
import type { JSX } from "preact";
import { redo, undo } from "../state/edits.js";
import { chordText } from "../state/chords.js";
import { commands, keysOf, rivalOf } from "../state/keys.js";
import { project } from "../state/openproject.js";
import { isLassoOn } from "../state/display.js";
import { editedLayer } from "./editedlabels.js";
import { takeTool, toolEntries } from "./toolcommands.js";
import { activate, activeLabel, brushDiameter, isProtecting, protect, sizeBrush, tool } from "./toolstate.js";

/** First key that calls a command here, such as `Ctrl+Z`; "" where none does. */
export function keyOf(id: string): string {
  const known = commands.value.find((each) => each.id === id);
  const key = known && keysOf(known).find((chord) => rivalOf(known, chord) === undefined);
  return key === undefined ? "" : chordText(key);
}

/** A button that says its name, its key and what it does. */
export function ToolButton(props: {
  readonly id: string;
  readonly title: string;
  readonly hint?: string;
  readonly isPressed?: boolean;
  readonly isDisabled?: boolean;
  readonly onClick: () => void;
}): JSX.Element {
  const { id, title, hint, isPressed, isDisabled, onClick } = props;
  const key = keyOf(id);
  return (
    <button
      type="button"
      class="tool"
      aria-pressed={isPressed}
      aria-keyshortcuts={key === "" ? undefined : key}
      disabled={isDisabled}
      title={`${title}${key === "" ? "" : ` (${key})`}${hint === undefined ? "" : `\n${hint}`}`}
      onClick={onClick}
    >
      <span>{title}</span>
      {key === "" ? undefined : <kbd>{key}</kbd>}
    </button>
  );
}

/** The bar of tools that change masks. */
export function ToolBar(): JSX.Element {
  const layer = editedLayer.value;
  return (
    <div class="toolbar" role="toolbar" aria-label="Tools" aria-orientation="vertical">
      {toolEntries
        .filter((entry) => entry.layer === undefined || entry.layer === layer)
        .map(({ name, id, title, hint }) => (
          <ToolButton
            key={name}
            id={id}
            title={title}
            hint={hint}
            isPressed={tool.value === name && !isLassoOn.value}
            isDisabled={layer === undefined}
            onClick={() => takeTool(name)}
          />
        ))}
      <ToolButton
        id="view.lasso"
        title="Lasso"
        hint="Drag round objects to select them"
        isPressed={isLassoOn.value}
        onClick={() => (isLassoOn.value = !isLassoOn.value)}
      />
      <hr />
      <BrushSettings />
      <hr />
      <UndoButtons />
    </div>
  );
}

/** Undo and redo, over all frames. */
export function UndoButtons(): JSX.Element {
  const corrections = project.value?.corrections;
  return (
    <>
      <ToolButton id="edit.undo" title="Undo" isDisabled={corrections?.canUndo === false} onClick={undo} />
      <ToolButton id="edit.redo" title="Redo" isDisabled={corrections?.canRedo === false} onClick={redo} />
    </>
  );
}

function BrushSettings(): JSX.Element {
  const active = activeLabel.value;
  const text = active === "automatic" ? "object below" : active === "new" ? "new object" : `object ${active}`;
  return (
    <>
      <label class="brushsize" title="Size of the brush, px ([ and ], or Alt and move)">
        Brush <output>{brushDiameter.value} px</output>
        <input
          type="range"
          aria-label="Size of the brush, px"
          min={1}
          max={100}
          value={brushDiameter.value}
          onInput={(event) => sizeBrush(event.currentTarget.valueAsNumber)}
        />
      </label>
      <ToolButton
        id="mask.newlabel"
        title="New object"
        hint="The next stroke paints a new object"
        isPressed={active === "new"}
        onClick={() => activate(active === "new" ? "automatic" : "new")}
      />
      <p class="quiet">Paints {text}</p>
      <ToolButton
        id="mask.protect"
        title="Protect"
        hint="Neighbours keep their pixels"
        isPressed={isProtecting.value}
        onClick={() => protect(!isProtecting.value)}
      />
    </>
  );
}
