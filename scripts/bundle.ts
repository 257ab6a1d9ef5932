/**
 * Builds the workflows' file ahead of the workers that read it: `node scripts/bundle.ts`. For an image, whose workers
 * run as a user that can't write beside the code.
 */
import { workflowBundle } from "../workers/bundle.ts";

const bundle = await workflowBundle();
if (!("codePath" in bundle)) throw new Error("node_modules: cannot be written; run this as its owner");
console.log(bundle.codePath);
