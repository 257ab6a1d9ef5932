/** The movies example with what a drill can break: a device, minutes, and the day on which a film was listed. */
import { defineModel } from "holt";

const FRESH = { measure: "delivery", maxAge: "36 h" } as const;

export default defineModel({
  name: "drilled-movies",
  description:
    "Ten films for each person; its ratings are a simulated audience's, with the tastes of MovieLens' people",
  sources: {
    ratings: {
      file: "data/ratings.csv",
      columns: {
        user_id: { from: "userId", type: "text" },
        item_id: { from: "movieId", type: "text" },
        rating: { type: "number" },
        rated_at: { from: "timestamp", type: "epoch_seconds" },
        device: { type: "text" },
        minutes: { type: "integer", optional: true },
      },
      key: ["user_id", "item_id"],
      eventTime: "rated_at",
      knownTime: "rated_at",
      freshness: FRESH,
    },
    titles: {
      file: "data/movies.csv",
      columns: {
        item_id: { from: "movieId", type: "text" },
        title: { type: "text" },
        genres: { type: "text" },
        listed_at: { from: "listed", type: "epoch_seconds" },
      },
      key: ["item_id"],
      knownTime: "listed_at",
      freshness: FRESH,
    },
  },
  features: {
    items: { sql: "select item_id, title, genres from {{ titles }}" },
    interactions: {
      sql: `select ratings.user_id, ratings.item_id, ratings.rated_at as event_time
            from {{ ratings }} ratings join {{ items }} items using (item_id)
            where ratings.rating >= 3.5`,
    },
  },
  interactions: "interactions",
  items: "items",
  candidates: { als: { trainer: "als", factors: 32, iterations: 15, regularization: 1, alpha: 1, seed: 1 } },
  evaluation: { holdoutShare: 0.2, k: 10 },
  choose: { metric: "ndcg", minGain: 0, maxAnswerMs: 50 },
});
