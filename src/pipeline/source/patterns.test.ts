import { describe, expect, it } from "vitest";
import { globMatcher } from "./patterns.js";

describe("globMatcher", () => {
  it.each([
    ["*.tif", "a.tif", true],
    ["*.tif", "a/b.tif", false],
    ["**/*.tif", "a.tif", true],
    ["**/*.tif", "a/b/c.tif", true],
    ["t?.tif", "t1.tif", true],
    ["t?.tif", "t12.tif", false],
    ["t[0-3].tif", "t2.tif", true],
    ["t[!0-3].tif", "t2.tif", false],
    ["t[!0-3].tif", "t7.tif", true],
    ["{a,b}*.{tif,png}", "b1.png", true],
    ["{a,b}*.{tif,png}", "c1.png", false],
    ["a+(1).tif", "a+(1).tif", true],
    ["a.tif", "axtif", false],
    ["t[]x].tif", "t].tif", true],
    ["a**", "a/b/c", true],
    ["t[!]x].tif", "t].tif", false],
    ["t[!]x].tif", "ta.tif", true],
    ["t[!].tif", "t!.tif", true],
    ["t[*!].tif", "t*.tif", true],
    ["t[*!].tif", "tt.tif", false],
    ["t[[:alpha:].tif", "t[.tif", true],
    ["a\\*.tif", "a\\b.tif", true],
    ['"a"*.tif', '"a"b.tif', true],
    ["(a|b)*.tif", "a1.tif", false],
    ["(a|b)*.tif", "(a|b)1.tif", true],
    ["!a*.tif", "!ab.tif", true],
    ["!a*.tif", "b.tif", false],
    ["?(a)*.tif", "x(a)1.tif", true],
    ["t[µä].tif", "tä.tif", true],
    ["*.tif", "A.TIF", false],
    ["$a^b+c@*.tif", "$a^b+c@d.tif", true],
  ])("%s on %s: %s", (pattern, path, expected) => {
    expect(globMatcher(pattern)(path)).toBe(expected);
  });

  it("refuses brackets without partner", () => {
    expect(() => globMatcher("a[b")).toThrow(/a \] for each \[/);
    expect(() => globMatcher("a[]")).toThrow(/a \] for each \[/);
    expect(() => globMatcher("{a,b")).toThrow(/a \} for each \{/);
    expect(() => globMatcher("[z-a]")).toThrow(/valid pattern/);
  });
});
