import type { ModelCredits } from "./bioimageio.js";

/** Whose model it is cannot be guessed: nobody is named as author unless the user does. */
export const defaultCredits: ModelCredits = {
  name: "StarDist nuclei (Karyon)",
  authors: [],
  license: "CC-BY-4.0",
};
