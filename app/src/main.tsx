/** The page of the studio, from here on. */
import { render } from "preact";
import { listenToKeys } from "./state/keys.js";
import { attempt } from "./state/notices.js";
import { connect } from "./state/openproject.js";
import { addPageCommands } from "./state/pagecommands.js";
import { followTheme } from "./state/theme.js";
import { Studio } from "./studio.js";
import "./style/studio.css";
import "./style/parts.css";
import "./style/overlays.css";
import "./style/open.css";
import "./style/train.css";
import "./style/explore.css";

followTheme();
addPageCommands();
listenToKeys();
render(<Studio />, document.getElementById("studio")!);
attempt(connect);
