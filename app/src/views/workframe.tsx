/** The frame of a view: tools at the left, the image in the middle, panels at the right, tables below. */
import { signal } from "@preact/signals";
import type { ComponentChildren, JSX } from "preact";
import { store, stored } from "../state/stored.js";
import "../style/work.css";

const isBelowShown = signal(stored<boolean>("below") ?? true);

/** What the frame holds. */
export interface WorkFrameProps {
  readonly label: string;
  readonly tools?: ComponentChildren;
  readonly image: ComponentChildren;
  readonly side: ComponentChildren;
  readonly below?: ComponentChildren;
  /** Of what is below. */
  readonly belowTitle?: string;
}

/** A view with an image. */
export function WorkFrame({ label, tools, image, side, below, belowTitle }: WorkFrameProps): JSX.Element {
  const toggle = (): void => {
    isBelowShown.value = !isBelowShown.value;
    store("below", isBelowShown.value);
  };
  return (
    <section class="work" aria-label={label}>
      {tools === undefined ? undefined : <div class="work-tools">{tools}</div>}
      <div class="work-middle">
        <div class="work-image">{image}</div>
        {below === undefined ? undefined : (
          <div class="work-below" data-shown={isBelowShown.value ? "yes" : "no"}>
            <button type="button" class="fold" aria-expanded={isBelowShown.value} onClick={toggle}>
              {isBelowShown.value ? "▾" : "▸"} {belowTitle}
            </button>
            {isBelowShown.value ? <div class="work-table">{below}</div> : undefined}
          </div>
        )}
      </div>
      <aside class="work-side" aria-label="Panels">
        {side}
      </aside>
    </section>
  );
}

/** A panel that can be folded. */
export function Panel(props: {
  readonly title: string;
  readonly isOpen?: boolean;
  readonly children: ComponentChildren;
}): JSX.Element {
  return (
    <details class="panel" open={props.isOpen ?? true}>
      <summary>{props.title}</summary>
      <div class="panel-body">{props.children}</div>
    </details>
  );
}
