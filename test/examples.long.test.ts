import { describe, it } from "vitest";
import { expectExample, trainingExamples } from "./exampleruns.js";

describe("examples that train", () => {
  it.each(trainingExamples)("%s", expectExample, 600_000);
});
