/** SVG to PNG without a browser, the same bytes on every machine. */
import { initWasm, Resvg } from "@resvg/resvg-wasm";
import { Markup } from "./markup.js";
import { fontFiles, fontStack } from "./typeface.js";

/** Makes the PNG of an SVG on white, `scale` px for each of its own. @throws Error for text that is no SVG */
export type Rasteriser = (svg: Markup | string, scale: number) => Uint8Array;

let ready: Promise<unknown> | undefined;

/**
 * A rasteriser with the typeface of the plots.
 *
 * @param program `index_bg.wasm` of @resvg/resvg-wasm; taken once in the life of the process
 */
export async function openRasteriser(program: () => Uint8Array): Promise<Rasteriser> {
  await (ready ??= initWasm(program()));
  const fontBuffers = fontFiles();
  return (svg, scale) => {
    const drawing = new Resvg(svg instanceof Markup ? svg.text : svg, {
      fitTo: { mode: "zoom", value: scale },
      background: "#ffffff",
      font: { fontBuffers, defaultFontFamily: fontStack.split(",")[0]! },
    });
    try {
      const picture = drawing.render();
      try {
        return picture.asPng().slice();
      } finally {
        picture.free();
      }
    } finally {
      drawing.free();
    }
  };
}
