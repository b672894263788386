/**
 * The stages as `run` and the single commands both know them: what each takes, what is announced, how it is
 * made, and what is said of the result.
 */
import { existsSync } from "node:fs";
import { join } from "node:path";
import { analyse, type Statistics } from "../../analyse/analyse.js";
import type { ImageSource } from "../../core/image.js";
import { counted } from "../../core/wording.js";
import type { LossRecord } from "../../plot/plots.js";
import { annotateInto, type AnnotationSummary, diametersOf, readAnnotation } from "../annotate/annotation.js";
import { chooseDevice } from "../config/device.js";
import type { Config } from "../config/options.js";
import { threadsOf } from "../config/threads.js";
import type { OpenInputs } from "../source/opening.js";
import { isTrackable } from "../source/source.js";
import { filesBasis } from "../stage/fingerprint.js";
import { type Result, type Stage } from "../stage/stage.js";
import type { RunStage } from "../stage/stagenames.js";
import { loadModel } from "../store/modelfolder.js";
import type { InputRecord } from "../store/provenance.js";
