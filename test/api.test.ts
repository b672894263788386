/** What the package exports: a name that appears or disappears here is a change that users notice. */
import { expect, it } from "vitest";
import * as api from "../src/index.js";

it("exports these values, and no others", () => {
  expect(Object.keys(api).sort()).toMatchSnapshot();
});

it("has a function for every command", () => {
  const {
    run,
    study,
    demo,
    annotate,
    train,
    segmentImages,
    evaluateLabels,
    evaluateTracks,
    trackLabels,
    analyseTracks,
    reportRun,
    simulateTo,
    inspectFiles,
    exportModel,
  } = api;
  for (const command of [
    run,
    study,
    demo,
    annotate,
    train,
    segmentImages,
    evaluateLabels,
    evaluateTracks,
    trackLabels,
    analyseTracks,
    reportRun,
    simulateTo,
    inspectFiles,
    exportModel,
  ])
    expect(command).toBeTypeOf("function");
});
