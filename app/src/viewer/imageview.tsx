/** The image of the project in the middle of a view: look, move, zoom, select, work with a tool. */
import { useComputed, useSignal } from "@preact/signals";
import type { JSX } from "preact";
import { useEffect, useRef } from "preact/hooks";
import { isLassoOn } from "../state/display.js";
import { heldKeys } from "../state/keys.js";
import { camera } from "../state/place.js";
import "../style/viewer.css";
import { HoverCard } from "./hovercard.js";
import { lassoTool, type Lasso } from "./lassotool.js";
import { registerViewCommands } from "./viewcommands.js";
import { type DrawOverlay, type ViewEngine, viewEngine } from "./viewengine.js";
import { exposeView } from "./viewerbench.js";
import { isPanning, listenToPointer, type PointerTool } from "./viewpointer.js";
import type { ShownLabels } from "./viewscene.js";
import { ScaleBar, ViewStatus } from "./viewstatus.js";

/** What a view adds to the image. */
export interface ImageViewProps {
  /** Gets the pointer first; what it does not take moves the image. The lasso goes before it while it is on. */
  readonly tool?: PointerTool | undefined;
  /** Labels in place of those of the chosen layer, such as a preview. A new array when they change. */
  readonly layers?: readonly ShownLabels[] | undefined;
  /**
   * Draws over the image, in CSS px; called after each picture and each move of the pointer. Signals that it reads
   * have it called again when they change.
   */
  readonly overlay?: DrawOverlay | undefined;
  /** Whether the features of the object below the pointer are shown beside it. Default true. */
  readonly hasHoverCard?: boolean | undefined;
}

registerViewCommands();

/** Fills its parent. */
export function ImageView({ tool, layers, overlay, hasHoverCard = true }: ImageViewProps): JSX.Element {
  const host = useRef<HTMLDivElement>(null);
  const holder = useRef<HTMLDivElement>(null);
  const canvas = useRef<HTMLCanvasElement>(null);
  const engine = useSignal<ViewEngine | undefined>(undefined);
  const lasso = useRef<Lasso | undefined>(undefined);
  const latest = useRef<PointerTool | undefined>(tool);
  latest.current = tool;
  lasso.current ??= lassoTool(() => engine.peek());

  useEffect(() => {
    const made = viewEngine({ host: host.current!, holder: holder.current!, overlay: canvas.current! });
    engine.value = made;
    const ends = [
      listenToPointer(host.current!, made, () => (isLassoOn.peek() ? lasso.current!.tool : latest.current)),
      exposeView(made),
    ];
    return () => {
      for (const end of ends) end();
      made.dispose();
      engine.value = undefined;
    };
  }, []);
  const made = engine.value;
  useEffect(() => made?.setLabels(layers), [made, layers]);
  useEffect(() => {
    made?.setOverlay((context, toScreen) => {
      overlay?.(context, toScreen);
      lasso.current!.draw(context, toScreen);
    });
  }, [made, overlay]);

  const cursor = useComputed(() => {
    if (isPanning.value) return "grabbing";
    if (heldKeys.value.has("Space")) return "grab";
    return isLassoOn.value ? "crosshair" : undefined;
  });
  return (
    <div class="imageview">
      <div
        ref={host}
        class="imagehost"
        role="application"
        tabIndex={0}
        aria-label="Image"
        aria-describedby="viewstatus"
        aria-roledescription="image view"
        style={{ cursor: cursor.value ?? tool?.cursor ?? "default" }}
      >
        <div ref={holder} class="imageholder" aria-hidden="true" />
        <canvas ref={canvas} class="imageoverlay" aria-hidden="true" />
        {camera.value === undefined && <p class="imagewait">Loading the image …</p>}
        <ScaleBar />
      </div>
      <ViewStatus engine={engine} />
      {hasHoverCard && <HoverCard />}
    </div>
  );
}
