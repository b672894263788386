/** A click on a picture shows it in its full size in front of the page; a click or Escape leads back. */
export function listenToPictures(): void {
  for (const picture of document.querySelectorAll("figure > img"))
    picture.addEventListener("click", () => showInFront(picture));
}

function showInFront(picture: Element): void {
  const front = document.createElement("div");
  front.className = "zoom";
  front.append(picture.cloneNode());
  const close = (): void => {
    front.remove();
    removeEventListener("keydown", onKey);
  };
  const onKey = (event: KeyboardEvent): void => {
    if (event.key === "Escape") close();
  };
  front.addEventListener("click", close);
  addEventListener("keydown", onKey);
  document.body.append(front);
}
