/** The thread that annotates parts of frames while somebody turns the options. */
import { previewTasks } from "./previewtasks.js";
import { serve } from "./serving.js";

serve(previewTasks);
