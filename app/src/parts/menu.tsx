/** A button that opens a list of things to do. */
import type { ComponentChildren, JSX, TargetedKeyboardEvent } from "preact";
import { useId, useRef } from "preact/hooks";

/** A line of the menu. */
export interface MenuItem {
  readonly title: string;
  readonly run: () => void;
  readonly isDisabled?: boolean | undefined;
  /** For one of several choices: whether it is the chosen one. */
  readonly isChosen?: boolean | undefined;
}

/** A menu that the browser places above all else, and closes on Escape or a click elsewhere. */
export function Menu(props: {
  readonly label: string;
  readonly children: ComponentChildren;
  readonly items: readonly MenuItem[];
}): JSX.Element {
  const id = useId();
  const list = useRef<HTMLDivElement>(null);
  const opener = useRef<HTMLButtonElement>(null);
  const placed = (): void => {
    const box = opener.current!.getBoundingClientRect();
    list.current!.style.top = `${box.bottom + 2}px`;
    list.current!.style.left = `${Math.max(4, Math.min(box.left, innerWidth - 240))}px`;
    list.current!.querySelector("button")?.focus();
  };
  return (
    <>
      <button ref={opener} type="button" aria-label={props.label} aria-haspopup="menu" popovertarget={id}>
        {props.children}
      </button>
      <div
        ref={list}
        id={id}
        class="menu"
        role="menu"
        popover="auto"
        aria-label={props.label}
        onToggle={({ newState }) => newState === "open" && placed()}
        onKeyDown={step}
      >
        {props.items.map(({ title, run, isDisabled, isChosen }) => (
          <button
            key={title}
            type="button"
            role={isChosen === undefined ? "menuitem" : "menuitemradio"}
            aria-checked={isChosen}
            disabled={isDisabled}
            onClick={() => {
              list.current?.hidePopover();
              run();
            }}
          >
            <span class="mark">{isChosen ? "✓" : ""}</span>
            {title}
          </button>
        ))}
      </div>
    </>
  );
}

/** Arrow keys go through the lines. */
function step(event: TargetedKeyboardEvent<HTMLElement>): void {
  const direction = event.key === "ArrowDown" ? 1 : event.key === "ArrowUp" ? -1 : 0;
  if (direction === 0) return;
  event.preventDefault();
  const lines = [...event.currentTarget.querySelectorAll<HTMLButtonElement>("button:enabled")];
  const at = lines.indexOf(document.activeElement as HTMLButtonElement);
  lines[(at + direction + lines.length) % lines.length]?.focus();
}
