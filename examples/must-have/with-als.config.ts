/** The next version that somebody would like to see live: implicit ALS with one hidden factor for each common taste. */
import { defineModel } from "holt";
import today from "./holt.config.ts";

export default defineModel({
  ...today,
  candidates: {
    ...today.candidates,
    als: { trainer: "als", factors: 4, iterations: 10, regularization: 0.5, alpha: 5, seed: 1 },
  },
});
