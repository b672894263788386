/** The module that every worker thread of the frame pool loads. */
import { answerError, type Answer } from "./answer.js";
import { frameTasks, type FrameTaskName } from "./tasks.js";

/** Does the task of that name; an error is an answer, too. */
export default async function handle({
  name,
  input,
}: {
  name: FrameTaskName;
  input: unknown;
}): Promise<Answer<unknown>> {
  try {
    return { value: await (frameTasks[name] as (input: unknown) => unknown)(input) };
  } catch (error) {
    return answerError(error);
  }
}
