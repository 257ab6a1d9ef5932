import type { BASELINE, Candidate } from "../core/definition.ts";

/** What a candidate's section in the definition says; the baseline has only its limit. */
export type TrainerSettings = Candidate | { trainer: typeof BASELINE; maxSizeMb: number };

export type ItemSimilaritySettings = Omit<Extract<Candidate, { trainer: "item_similarity" }>, "maxSizeMb">;
export type AlsSettings = Omit<Extract<Candidate, { trainer: "als" }>, "maxSizeMb">;

/** Told how far a training is, in words. */
export type Progress = (words: string) => void;
