/** Objects against objects, in one place: match, score, list the errors, print. */
export * from "./matching.js";
export * from "./scores.js";
export * from "./mistakes.js";
export * from "./format.js";
