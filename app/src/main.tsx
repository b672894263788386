/** The page of the studio, from here on. */
import { render } from "preact";
import { connect } from "./state/openproject.js";
import { attempt } from "./state/notices.js";
import { Studio } from "./studio.js";
import "./style/studio.css";

render(<Studio />, document.getElementById("studio")!);
attempt(connect);
