/**
 * Nothing that Karyon does is told to anybody. Since 1.29 the official ONNX Runtime for Linux sends usage data to
 * its makers unless this variable is set when it is loaded.
 *
 * The runtime reads the environment of the process, which only the main thread can set. So what starts threads
 * imports this file, too.
 */
process.env.ORT_DISABLE_TELEMETRY = "1";
