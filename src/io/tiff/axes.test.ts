import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { micrometresPer, secondsPer } from "../image/unitnames.js";
import { stackOf, stacksOf } from "./axes.js";
import type { TiffMetadata } from "./open.js";
import type { PlaneInfo } from "./tiffpage.js";

const info: PlaneInfo = {
  height: 4,
  width: 4,
  samples: 1,
  type: "uint16",
  bits: 16,
  compression: "none",
  colour: "grey",
  reduced: false,
  copies: 0,
};
const tiff = (
  count: number,
  description: string,
  more: Partial<TiffMetadata> = {},
): Parameters<typeof stackOf>[0] => ({
  planes: new Array<PlaneInfo>(count).fill(info),
  metadata: { description, xResolution: undefined, yResolution: undefined, resolutionUnit: 1, ...more },
});
const sizes = ({ frames, channels, slices }: ReturnType<typeof stackOf>): number[] => [
  frames,
  channels,
  slices,
];
const ome = (pixels: string, more = ""): string =>
  `<?xml version="1.0"?><OME xmlns="x" UUID="urn:uuid:1"><Image ID="Image:0"><Pixels ` +
  `${pixels}>${more}</Pixels></Image></OME>`;

describe("ImageJ descriptions", () => {
  it("run through channels, slices, frames", () => {
    const stack = stackOf(
      tiff(24, "ImageJ=1.54f\nimages=24\nchannels=2\nslices=3\nframes=4\nhyperstack=true\n"),
      "a.tif",
    );
    expect(sizes(stack)).toEqual([4, 2, 3]);
    expect(stack.at(3, 1, 2)).toEqual({ file: undefined, plane: 23 });
    expect(stack.at(1, 1, 0)!.plane).toBe(7);
  });

  it("slices without distance are frames, unless told otherwise; with distance slices", () => {
    const plain = tiff(5, "ImageJ=1.54f\nimages=5\nslices=5\n");
    expect(sizes(stackOf(plain, "a.tif"))).toEqual([5, 1, 1]);
    expect(stackOf(plain, "a.tif").notices).toHaveLength(1);
    expect(sizes(stackOf(plain, "a.tif", "images"))).toEqual([1, 1, 5]);
    const spaced = tiff(5, "ImageJ=1.54f\nimages=5\nslices=5\nspacing=2.0\n");
    expect(sizes(stackOf(spaced, "a.tif"))).toEqual([1, 1, 5]);
    expect(sizes(stackOf(spaced, "a.tif", "movie"))).toEqual([5, 1, 1]);
  });

  it("that promise other planes than there are give frames and say so", () => {
    const stack = stackOf(tiff(7, "ImageJ=1.54f\nimages=8\nchannels=2\nframes=4\n"), "a.tif");
    expect(sizes(stack)).toEqual([7, 1, 1]);
    expect(stack.notices[0]).toMatch(/2 x 1 x 4 planes, but there are 7/);
  });

  it.each([
    ["unit=micron", { xResolution: 2 }, 0.5],
    ["unit=\\u00B5m", { xResolution: 4 }, 0.25],
    ["unit=µm", { xResolution: 4 }, 0.25],
    ["unit=nm", { xResolution: 0.01 }, 0.1],
    ["unit=mm", { xResolution: 1000 }, 1],
    ["unit=inch", { xResolution: 25400 }, 1],
    ["unit=pixel", { xResolution: 1 }, undefined],
    ["", { xResolution: 20000, resolutionUnit: 3 }, 0.5],
    ["", { xResolution: 72, resolutionUnit: 2 }, undefined],
    ["unit=micron", {}, undefined],
  ])("%s with %j is %s µm", (unit, resolution, expected) => {
    expect(stackOf(tiff(1, `ImageJ=1.54f\n${unit}\n`, resolution), "a.tif").pixelSize).toBe(expected);
  });

  it.each([
    ["finterval=600.0", 600],
    ["finterval=2.5\ntunit=min", 150],
    ["finterval=500\ntunit=ms", 0.5],
    ["finterval=0", undefined],
    ["fps=7", undefined],
  ])("%j is %s s", (text, expected) => {
    expect(stackOf(tiff(2, `ImageJ=1.54f\nimages=2\nframes=2\n${text}\n`), "a.tif").frameInterval).toBe(
      expected,
    );
  });

  it("says when pixels are not square", () => {
    expect(
      stackOf(tiff(1, "ImageJ=1.54f\nunit=um\n", { xResolution: 1, yResolution: 2 }), "a.tif").notices[0],
    ).toMatch(/not square/);
  });
});

describe("OME-XML", () => {
  it("takes the order of the planes from DimensionOrder and TiffData", () => {
    const text = ome(
      'DimensionOrder="XYTZC" SizeT="2" SizeZ="1" SizeC="2"',
      '<TiffData IFD="0" PlaneCount="2"/><TiffData IFD="3" FirstC="1" FirstT="1"/><TiffData IFD="2" FirstC="1"/>',
    );
    const stack = stackOf(tiff(4, text), "a.ome.tif");
    expect(
      [
        [0, 0],
        [1, 0],
        [0, 1],
        [1, 1],
      ].map(([t, c]) => stack.at(t!, c!, 0)!.plane),
    ).toEqual([0, 1, 2, 3]);
  });

  it("without TiffData numbers the planes in order", () => {
    const stack = stackOf(tiff(6, ome('DimensionOrder="XYCZT" SizeT="3" SizeZ="1" SizeC="2"')), "a.ome.tif");
    expect(stack.at(2, 1, 0)!.plane).toBe(5);
  });

  it("names other files without their folders, but not itself", () => {
    const block = (t: number, name: string): string =>
      `<TiffData FirstT="${t}" IFD="0"><UUID FileName="${name}">urn:uuid:${t}</UUID></TiffData>`;
    const stack = stackOf(
      tiff(
        1,
        ome(
          'DimensionOrder="XYZCT" SizeT="3" SizeZ="1" SizeC="1"',
          block(0, "a.ome.tif") + block(1, "renamed.tif") + block(2, "../other/c.ome.tif"),
        ),
      ),
      "a.ome.tif",
    );
    expect([0, 1, 2].map((t) => stack.at(t, 0, 0))).toEqual([
      { file: undefined, plane: 0 },
      { file: undefined, plane: 0 },
      { file: "c.ome.tif", plane: 0 },
    ]);
    expect(stack.files).toEqual(["c.ome.tif"]);
  });

  it.each([
    ['PhysicalSizeX="0.325"', 0.325],
    ['PhysicalSizeX="325" PhysicalSizeXUnit="nm"', 0.325],
    ['PhysicalSizeX="0.5" PhysicalSizeXUnit="&#181;m"', 0.5],
    ['PhysicalSizeX="1" PhysicalSizeXUnit="pixel"', undefined],
    ["", undefined],
    ['PhysicalSizeX="-1"', undefined],
  ])("%s is %s µm", (text, expected) => {
    expect(
      stackOf(tiff(1, ome(`DimensionOrder="XYCZT" SizeT="1" SizeZ="1" SizeC="1" ${text}`)), "a.tif")
        .pixelSize,
    ).toBe(expected);
  });

  it("counts samples of a pixel as channels only once", () => {
    const stack = stackOf(
      {
        ...tiff(2, ome('DimensionOrder="XYCZT" SizeT="2" SizeZ="1" SizeC="3"')),
        planes: [
          { ...info, samples: 3 },
          { ...info, samples: 3 },
        ],
      },
      "a.tif",
    );
    expect(sizes(stack)).toEqual([2, 1, 1]);
  });

  it("refuses sizes that no file has, and text that is no XML", () => {
    expect(() =>
      stackOf(tiff(1, ome('DimensionOrder="XYCZT" SizeT="9999999" SizeZ="99" SizeC="9"')), "a.tif"),
    ).toThrow(/OME-XML gives sizes/);
    expect(() =>
      stackOf(tiff(1, ome('DimensionOrder="XYCCT" SizeT="1" SizeZ="1" SizeC="1"')), "a.tif"),
    ).toThrow(/OME-XML/);
  });

  it("that promises four million planes in a file of one, in forty blocks, is refused", () => {
    const text = ome(
      'DimensionOrder="XYCZT" SizeT="4194304" SizeZ="1" SizeC="1"',
      "<TiffData/>".repeat(39) + '<TiffData IFD="0" PlaneCount="4194304"/>',
    );
    expect(text.length).toBeLessThan(1733);
    expect(() => stackOf(tiff(1, text), "a.tif")).toThrow(/sizes of T 4194304.* for 1 planes in the file/);
  });

  it("that names each plane in thousands of blocks is read without going through all of them", () => {
    const text = ome(
      'DimensionOrder="XYCZT" SizeT="65536" SizeZ="1" SizeC="1"',
      '<TiffData IFD="0" PlaneCount="65536"/>'.repeat(10_000) + '<TiffData IFD="7" FirstT="1"/>',
    );
    const stack = stackOf(tiff(65_536, text), "a.tif");
    expect([0, 1, 2, 65_535].map((t) => stack.at(t, 0, 0)!.plane)).toEqual([0, 7, 2, 65_535]);
    // Ten thousand times 65,536 steps take minutes.
  }, 15_000);

  it("of an acquisition that was broken off is read as far as there are planes", () => {
    const stack = stackOf(tiff(3, ome('DimensionOrder="XYCZT" SizeT="1000" SizeZ="1" SizeC="2"')), "a.tif");
    expect([stack.frames, stack.at(1, 0, 0)!.plane, stack.at(1, 1, 0)]).toEqual([1000, 2, undefined]);
  });

  it("gives a plane to the last block that names it", () => {
    const block = fc.record({
      first: fc.nat({ max: 9 }),
      t: fc.nat({ max: 7 }),
      c: fc.nat({ max: 1 }),
      count: fc.nat({ max: 12 }),
    });
    fc.assert(
      fc.property(fc.array(block, { minLength: 1, maxLength: 6 }), (blocks) => {
        const nodes = blocks.map(
          ({ first, t, c, count }) =>
            `<TiffData IFD="${first}" FirstT="${t}" FirstC="${c}" PlaneCount="${count}"/>`,
        );
        const text = ome('DimensionOrder="XYCTZ" SizeT="6" SizeZ="1" SizeC="2"', nodes.join(""));
        const expected = new Array<number | undefined>(12).fill(undefined);
        for (const { first, t, c, count } of blocks)
          for (let i = 0; i < count && 2 * t + c + i < 12; i++) expected[2 * t + c + i] = first + i;
        const stack = stackOf(tiff(30, text), "a.tif");
        const found = expected.map((_, i) => stack.at(i >> 1, i & 1, 0)?.plane);
        expect(found).toEqual(expected);
      }),
    );
  });

  const times = (deltas: readonly (number | undefined)[], attributes = "", unit = "s"): string =>
    ome(
      `DimensionOrder="XYCZT" SizeT="${deltas.length}" SizeZ="1" SizeC="1" ${attributes}`,
      deltas
        .map((delta, t) =>
          delta === undefined
            ? ""
            : `<Plane TheT="${t}" TheC="0" TheZ="0" DeltaT="${delta}" DeltaTUnit="${unit}"/>`,
        )
        .join(""),
    );

  it.each([
    ["even times", [5, 15, 25, 35], "", 10, [0, 10, 20, 30], 0],
    ["a gap", [5, undefined, 25, 35], "", 10, [0, NaN, 20, 30], 0],
    ["times that vary", [0, 10, 20, 35], 'TimeIncrement="10"', 10, [0, 10, 20, 35], /varies from 10 to 15 s/],
    [
      "another time than was planned",
      [0, 11, 22],
      'TimeIncrement="10"',
      11,
      [0, 11, 22],
      /says 10 s .* 11 s apart/,
    ],
    ["times that fall", [0, 10, 5], 'TimeIncrement="7"', 7, undefined, 0],
    ["a time for the first frame only", [0, undefined], 'TimeIncrement="7"', 7, undefined, 0],
  ] as const)("%s", (...[, deltas, attributes, interval, frameTimes, notice]) => {
    const stack = stackOf(tiff(deltas.length, times(deltas, attributes)), "a.tif");
    expect([stack.frameInterval, stack.frameTimes]).toEqual([interval, frameTimes]);
    if (notice === 0) expect(stack.notices).toEqual([]);
    else expect(stack.notices.join()).toMatch(notice);
  });

  it("takes times in their unit", () => {
    expect(stackOf(tiff(3, times([0, 2, 4], "", "min")), "a.tif").frameInterval).toBe(120);
  });

  it("with several images gives a stack for each, and refuses more planes than any file has", () => {
    const image = (name: string, t: number): string =>
      `<Image Name="${name}"><Pixels DimensionOrder="XYCZT" SizeT="${t}" SizeZ="1" SizeC="1">` +
      `<TiffData IFD="${t}" PlaneCount="${t}"/></Pixels></Image>`;
    const text = (images: string): string => `<OME xmlns="x">${images}</OME>`;
    const stacks = stacksOf(tiff(9, text(image("a", 2) + image("", 3))), "a.tif");
    expect(stacks.map((stack) => [stack.name, stack.frames, stack.at(0, 0, 0)!.plane])).toEqual([
      ["a", 2, 2],
      ["", 3, 3],
    ]);
    expect(() => stacksOf(tiff(9, text(image("a", 65_000).repeat(130))), "a.tif")).toThrow(
      /more planes than any/,
    );
  });

  it("says when the metadata are in another file", () => {
    const stack = stackOf(
      tiff(
        1,
        '<?xml version="1.0"?><OME UUID="u"><BinaryOnly MetadataFile="x.companion.ome" UUID="v"/></OME>',
      ),
      "a.tif",
    );
    expect(sizes(stack)).toEqual([1, 1, 1]);
    expect(stack.notices[0]).toMatch(/in another file/);
  });
});

describe("other files", () => {
  it("without metadata are frames", () => {
    expect(
      sizes(stackOf(tiff(9, "Acquired on Tuesday", { xResolution: 72, resolutionUnit: 2 }), "a.tif")),
    ).toEqual([9, 1, 1]);
    expect(stackOf(tiff(9, "", { xResolution: 72, resolutionUnit: 2 }), "a.tif").pixelSize).toBeUndefined();
  });

  it("of tifffile with axes in any order", () => {
    const stack = stackOf(tiff(12, '{"shape": [2, 3, 2, 4, 4], "axes": "CTZYX"}'), "a.tif");
    expect(sizes(stack)).toEqual([3, 2, 2]);
    expect(stack.at(2, 1, 0)!.plane).toBe(10);
    expect(sizes(stackOf(tiff(12, '{"shape": [2, 3, 4, 4], "axes": "CTYX"}'), "a.tif"))).toEqual([12, 1, 1]);
  });
});

describe("units", () => {
  it("knows what programs write", () => {
    expect(
      ["um", "µm", "μm", "micron", "\\u00B5m", "&#181;m", "nm", "Å", "furlong"].map(micrometresPer),
    ).toEqual([1, 1, 1, 1, 1, 1, 1e-3, 1e-4, undefined]);
    expect(["s", "sec", "ms", "min", "h", "fortnight", "constructor"].map(secondsPer)).toEqual([
      1,
      1,
      1e-3,
      60,
      3600,
      undefined,
      undefined,
    ]);
  });
});
