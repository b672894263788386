/** What a bad image is, and what is expected of it. */
import type { LabelImage } from "../../src/core/labels.js";

/** What a user should get. */
export type Expected =
  /** One sentence of an error of that kind. */
  | { readonly error: string; readonly says: RegExp }
  | {
      /** The kept nuclei's F1 at IoU .5 against the simulated truth, at least. */
      readonly f1?: number;
      /** Kept objects in all images, from and to, where there is no truth, or nothing to find. */
      readonly kept?: readonly [least: number, most: number];
      /** A sentence that is told with the result. */
      readonly notice?: RegExp;
    };

/** One bad image, or a folder of them. */
export interface BadImage {
  readonly name: string;
  /** What is wrong with it, in a few words. */
  readonly what: string;
  /** Writes it into an empty folder. @returns the true labels, by the names of the images */
  readonly make: (folder: string) => Readonly<Record<string, LabelImage>> | void;
  /** Written before the first run. */
  readonly expected: Expected;
  /** Where the program does otherwise today: what it does, which is asserted then, and why. */
  readonly found?: { readonly outcome: Expected; readonly why: string };
  /** It takes long: for the long test only. */
  readonly long?: boolean;
  /** Input within the folder; the folder itself by default. */
  readonly input?: string;
}

/** The outcome that is asserted. */
export const assertedOf = ({ expected, found }: BadImage): Expected => found?.outcome ?? expected;

/** An expectation in words. */
export function inWords(expected: Expected): string {
  if ("error" in expected) return `${expected.error}: \`${plain(expected.says)}\``;
  const { f1, kept, notice } = expected;
  const parts = [
    f1 === undefined ? [] : [`F1 at least ${f1}`],
    kept === undefined ? [] : [kept[1] === 0 ? "nothing kept" : `${kept[0]} to ${kept[1]} kept`],
    notice === undefined ? [] : [`told: \`${plain(notice)}\``],
  ].flat();
  return parts.length === 0 ? "a result" : parts.join("; ");
}

const plain = ({ source }: RegExp): string => source.replaceAll("\\", "").replaceAll("|", "/");
