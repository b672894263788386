/** A made-up hierarchical format, to test that one plugs in through the array of formats alone. */
import type { Store } from "../src/io/bytes.js";
import { type ImageFormat, oneImage, type OpenedImage, unsaid } from "../src/io/formats/imageformat.js";

interface Layout {
  readonly frames: number;
  readonly height: number;
  readonly width: number;
}

/** One value a frame and row: `FRAME/ROW` holds `width` bytes; `layout` says how many there are. */
export const rowStore: ImageFormat = {
  name: "row store",
  extensions: ["rows"],
  from: "store",
  recognise: async (store) => (await store.get("layout")) !== undefined,
  open: async ({ store }) => {
    const layout = JSON.parse(new TextDecoder().decode(await store.get("layout"))) as Layout;
    return oneImage(openedRows(store, layout));
  },
};

function openedRows(store: Store, { frames, height, width }: Layout): OpenedImage {
  const rowsOf = async (frame: number, from: number, count: number): Promise<Uint8Array[]> =>
    Promise.all(Array.from({ length: count }, async (_, y) => (await store.get(`${frame}/${from + y}`))!));
  const planeOf = (rows: readonly Uint8Array[]): { height: number; width: number; data: Uint8Array } => ({
    height: rows.length,
    width: rows[0]!.length,
    data: Uint8Array.from(rows.flatMap((row) => [...row])),
  });
  const meaning = { colour: "grey", bits: 8 } as const;
  return {
    ...unsaid,
    format: "row store",
    height,
    width,
    levels: [{ height, width }],
    type: "uint8",
    bits: 8,
    frames,
    pixelSize: 0.5,
    frameInterval: 60,
    size: () => Promise.resolve({ height, width }),
    read: async ({ frame }) => ({
      plane: { ...planeOf(await rowsOf(frame, 0, height)), samples: 1 },
      meaning,
      sample: 0,
    }),
    readWindow: async ({ frame }, window) => {
      const rows = await rowsOf(frame, window.y, window.height);
      const cut = rows.map((row) => row.subarray(window.x, window.x + window.width));
      return { plane: { ...planeOf(cut), samples: 1 }, meaning, sample: 0 };
    },
  };
}
