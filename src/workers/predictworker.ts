/** The thread that predicts parts of frames. */
import { predictTasks } from "./predicttasks.js";
import { serve } from "./serving.js";

serve(predictTasks);
