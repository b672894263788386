/** The present view as a picture file, drawn by the same rules as on the screen. */
import type { Size } from "../../../src/core/size.js";
import type { Canvas } from "../../../src/draw/canvas.js";
import type { Camera } from "../../../src/viewer/scene.js";
import { viewPicture } from "../../../src/viewer/viewpicture.js";
import { tell } from "../state/notices.js";
import { project } from "../state/openproject.js";
import { camera } from "../state/place.js";
import { engines } from "../viewer/viewengine.js";

/** A picture is no larger than this along an edge, px. */
const most = 4096;

/** Saves what is seen, with its scale bar, or the whole frame at 1:1 where that is not too large. */
export async function savePicture(which: "view" | "whole"): Promise<void> {
  const engine = engines.at(-1);
  const looks = camera.peek();
  const shown = engine?.shown();
  if (engine === undefined || looks === undefined || shown === undefined)
    return tell("There is no image in view to make a picture of.");
  const { size: whole } = shown.scene;
  const zoom = Math.min(1, most / Math.max(whole.height, whole.width));
  const fit: Camera = { y: (whole.height - 1) / 2, x: (whole.width - 1) / 2, zoom };
  if (which === "whole") camera.value = fit;
  try {
    await engine.settled();
    const screen = engine.size();
    const scale = devicePixelRatio;
    const size: Size =
      which === "whole"
        ? { height: Math.round(whole.height * zoom), width: Math.round(whole.width * zoom) }
        : { height: Math.round(screen.height * scale), width: Math.round(screen.width * scale) };
    const scene = engine.shown()?.scene ?? shown.scene;
    const pixelSize = project.peek()?.pixelSize ?? undefined;
    const drawn = viewPicture(scene, which === "whole" ? fit : looks, size, { pixelSize });
    await saveCanvas(drawn, `${project.peek()?.name ?? "view"}-frame${shown.frame + 1}.png`);
  } finally {
    camera.value = looks;
  }
}

async function saveCanvas({ height, width, data }: Canvas, name: string): Promise<void> {
  const image = new ImageData(width, height);
  for (let from = 0, to = 0; from < data.length; from += 3, to += 4) {
    image.data[to] = data[from]!;
    image.data[to + 1] = data[from + 1]!;
    image.data[to + 2] = data[from + 2]!;
    image.data[to + 3] = 255;
  }
  const canvas = new OffscreenCanvas(width, height);
  canvas.getContext("2d")!.putImageData(image, 0, 0);
  const address = URL.createObjectURL(await canvas.convertToBlob({ type: "image/png" }));
  const link = document.createElement("a");
  link.href = address;
  link.download = name;
  link.click();
  // The browser reads it after the click.
  setTimeout(() => URL.revokeObjectURL(address), 10_000);
}
