/** Every workflow, by the name that Temporal knows it by. */
export { batch } from "./batch.ts";
export { drill } from "./drill.ts";
export { experiment } from "./experiment.ts";
export { lifecycle } from "./lifecycle.ts";
export { monitor } from "./monitor.ts";
export { nightly } from "./nightly.ts";
