/** Where the server is: the page lies at `/TOKEN/`, the API at `/api/TOKEN/`. */

/** First part of the page's path. */
const token = location.pathname.split("/")[1] ?? "";

/** Address of the API with a path behind it, such as `about`. */
export const apiUrl = (path: string): string => `${location.origin}/api/${token}/${path}`;

/** A name for this page among others on the same project. */
export const pageName: string = Array.from(crypto.getRandomValues(new Uint8Array(6)), (byte) =>
  byte.toString(16).padStart(2, "0"),
).join("");
