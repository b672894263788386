import { describe, expect, it } from "vitest";
import { ort } from "#runtime";
import { InvalidInput } from "../core/errors.js";
import { random } from "../core/random.js";
import {
  checkModelConfig,
  defaultModelConfig,
  receptiveField,
  receptiveMargin,
  sizeMultiple,
  type ModelConfig,
} from "./modelconfig.js";
import { exportOnnx } from "./modelfile.js";
import { initialWeights, toTensors } from "./parameters.js";

describe("checkModelConfig", () => {
  it("takes the defaults", () => {
    expect(() => checkModelConfig(defaultModelConfig)).not.toThrow();
    expect(sizeMultiple(defaultModelConfig)).toBe(16);
  });

  it.each([
    ["rays", 2],
    ["rays", 32.5],
    ["grid", 3],
    ["grid", 0],
    ["depth", 0],
    ["depth", 5],
    ["filters", NaN],
    ["convolutionsPerLevel", 0],
    ["features", -1],
  ] as const)("names %s where it is %d", (name, value) => {
    expect(() => checkModelConfig({ ...defaultModelConfig, [name]: value })).toThrow(InvalidInput);
    expect(() => checkModelConfig({ ...defaultModelConfig, [name]: value })).toThrow(
      new RegExp(`^model\\.${name}: expected .* received ${value}`),
    );
  });
});

describe("receptiveField", () => {
  it("is traced by hand for a network of one level", () => {
    // Grid 1, depth 1, one convolution per level; cell 0: features [-1, 1], level 0 up [-2, 2]; below it
    // level 1 [-1, 1], middle [-2, 2], before the pooling [-4, 5], level 0 down [-5, 6]. Cell 1 sees [-5, 6]
    // likewise ([-1, 3] is halved to [-1, 1]).
    const config: ModelConfig = {
      rays: 8,
      grid: 1,
      depth: 1,
      filters: 2,
      convolutionsPerLevel: 1,
      features: 2,
    };
    expect(receptiveField(config)).toBe(12);
    expect(receptiveMargin(config)).toBe(6);
  });

  it.each<[ModelConfig]>([
    [{ rays: 3, grid: 1, depth: 1, filters: 2, convolutionsPerLevel: 1, features: 2 }],
    [{ rays: 3, grid: 2, depth: 2, filters: 2, convolutionsPerLevel: 2, features: 2 }],
    [{ rays: 3, grid: 4, depth: 1, filters: 2, convolutionsPerLevel: 1, features: 2 }],
  ])("is what a changed pixel reaches: %o", async (config) => {
    // With positive weights nothing is rectified away, so that a change reaches everything that depends on
    // it.
    const shapes = [...toTensors(config, initialWeights(config, random(1)))];
    const weights = new Map(
      shapes.map(([name, { shape, data }]) => [
        name,
        { shape, data: data.map(() => (0.5 * shape[0]!) / data.length) },
      ]),
    );
    const session = await ort.InferenceSession.create(exportOnnx(config, weights), { intraOpNumThreads: 1 });
    const multiple = sizeMultiple(config);
    const margin = receptiveMargin(config);
    const width = 2 * Math.ceil(margin / multiple) * multiple + 2 * multiple;
    const predict = async (image: Float32Array): Promise<Float32Array> => {
      const { distances } = await session.run({
        image: new ort.Tensor("float32", image, [1, 1, multiple, width]),
      });
      return (distances!.data as Float32Array).slice(0, width / config.grid);
    };
    const reached = await Promise.all(
      Array.from({ length: width }, async (_, x) => {
        const image = new Float32Array(multiple * width);
        const before = await predict(image);
        // Large, so that it is the maximum of its square and not lost among the others.
        for (let y = 0; y < multiple; y++) image[y * width + x] = 1e6;
        const after = await predict(image);
        return Array.from(after, (value, cell) => value !== before[cell]);
      }),
    );
    await session.release();
    let [field, farthest] = [0, 0];
    const cells = width / config.grid;
    // Cells in the middle, one of each position in the coarsest grid, whose whole field lies in the image.
    const first = Math.floor(cells / 2 / 2 ** config.depth) * 2 ** config.depth;
    for (let cell = first; cell < first + 2 ** config.depth; cell++) {
      const seen = reached.flatMap((row, x) => (row[cell] ? [x] : []));
      field = Math.max(field, seen.at(-1)! - seen[0]! + 1);
      farthest = Math.max(
        farthest,
        cell * config.grid - seen[0]!,
        seen.at(-1)! - ((cell + 1) * config.grid - 1),
      );
    }
    expect({ field, farthest }).toEqual({ field: receptiveField(config), farthest: margin });
  });
});
