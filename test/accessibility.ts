/** What somebody who sees little, or uses no mouse, would stumble over in a page. Run inside the page. */

/** Names, focus styles and contrast of all that is shown now, as sentences; none where all is well. */
export function stumblingBlocks(leastContrast: number): string[] {
  const found = new Set<string>();
  const isShown = (element: Element): boolean =>
    element.checkVisibility({ checkOpacity: true, checkVisibilityCSS: true }) &&
    element.closest("[aria-hidden=true]") === null;
  const about = (element: Element): string => {
    const text = (element.textContent ?? "").trim().slice(0, 40);
    return `<${element.localName} class="${element.getAttribute("class") ?? ""}"> "${text}"`;
  };

  const canvas = document.createElement("canvas");
  [canvas.width, canvas.height] = [1, 1];
  const context = canvas.getContext("2d", { willReadFrequently: true })!;
  /** Red, green, blue and alpha in 0..255 of any colour of CSS. */
  const bytesOf = (colour: string): number[] => {
    context.clearRect(0, 0, 1, 1);
    context.fillStyle = colour;
    context.fillRect(0, 0, 1, 1);
    return [...context.getImageData(0, 0, 1, 1).data];
  };
  const over = (upper: readonly number[], alpha: number, lower: readonly number[]): number[] =>
    [0, 1, 2].map((k) => upper[k]! * alpha + lower[k]! * (1 - alpha));
  const groundOf = (element: Element): number[] => {
    const layers: number[][] = [];
    for (let at: Element | null = element; at !== null; at = at.parentElement) {
      const bytes = bytesOf(getComputedStyle(at).backgroundColor);
      if (bytes[3]! > 0) layers.push(bytes);
      if (bytes[3] === 255) break;
    }
    return layers.reduceRight((lower, upper) => over(upper, upper[3]! / 255, lower), [255, 255, 255]);
  };
  const opacityOf = (element: Element): number => {
    let opacity = 1;
    for (let at: Element | null = element; at !== null; at = at.parentElement)
      opacity *= Number(getComputedStyle(at).opacity);
    return opacity;
  };
  /** Relative luminance of WCAG 2. */
  const luminance = (bytes: readonly number[]): number => {
    const [red, green, blue] = bytes.map((byte) =>
      byte / 255 <= 0.04045 ? byte / 255 / 12.92 : ((byte / 255 + 0.055) / 1.055) ** 2.4,
    );
    return 0.2126 * red! + 0.7152 * green! + 0.0722 * blue!;
  };

  const walker = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
  const seen = new Set<Element>();
  while (walker.nextNode() !== null) {
    const parent = walker.currentNode.parentElement;
    if ((walker.currentNode.textContent ?? "").trim() === "" || parent === null || seen.has(parent)) continue;
    seen.add(parent);
    const isOff =
      parent.closest(":disabled, fieldset:disabled, label:has(:disabled), .unseen, option") !== null;
    if (isOff || !isShown(parent)) continue;
    const ground = groundOf(parent);
    const style = getComputedStyle(parent);
    const ink = bytesOf(parent instanceof SVGElement ? style.fill : style.color);
    const text = over(ink, (ink[3]! / 255) * opacityOf(parent), ground);
    const [dark, light] = [luminance(text), luminance(ground)].sort((a, b) => a - b);
    const contrast = (light! + 0.05) / (dark! + 0.05);
    if (contrast < leastContrast) found.add(`contrast ${contrast.toFixed(2)} of ${about(parent)}`);
  }

  const focusable = "a[href], button, input, select, textarea, summary, [tabindex='0'], [role=grid]";
  const before = document.activeElement;
  for (const element of document.querySelectorAll<HTMLElement>(focusable)) {
    if (!isShown(element) || element.matches(":disabled") || element.tabIndex < 0) continue;
    element.focus({ preventScroll: true });
    if (document.activeElement !== element) continue;
    const { outlineStyle, outlineWidth, boxShadow } = getComputedStyle(element);
    const hasOutline = outlineStyle !== "none" && Number.parseFloat(outlineWidth) >= 1;
    if (!hasOutline && boxShadow === "none") found.add(`no focus style of ${about(element)}`);
  }
  (before instanceof HTMLElement ? before : document.body).focus({ preventScroll: true });

  for (const element of document.querySelectorAll("canvas, img, svg")) {
    if (!isShown(element) || element.closest("[role=application][aria-label]") !== null) continue;
    const named = element.closest("[aria-label], [alt], [aria-labelledby]");
    const isNamed =
      named === element || named?.getAttribute("role") === "img" || named?.localName === "button";
    if (!isNamed) found.add(`no name of ${about(element)}`);
  }
  return [...found];
}
