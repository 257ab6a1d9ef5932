/** Films for people who rated films: the MovieLens files in data/ (see README.md for their licence). */
import { defineModel } from "holt";

export default defineModel({
  name: "movies",
  description: "Ten films for each person, from the films that they rated 3.5 stars or more",
  sources: {
    ratings: {
      file: "data/ratings.csv",
      columns: {
        user_id: { from: "userId", type: "text" },
        item_id: { from: "movieId", type: "text" },
        rating: { type: "number" },
        rated_at: { from: "timestamp", type: "epoch_seconds" },
      },
      key: ["user_id", "item_id"],
      eventTime: "rated_at",
      knownTime: "rated_at",
      freshness: { measure: "delivery", maxAge: "36 h" },
    },
    titles: {
      file: "data/movies.csv",
      columns: {
        item_id: { from: "movieId", type: "text" },
        title: { type: "text" },
        genres: { type: "text" },
      },
      key: ["item_id"],
      freshness: { measure: "delivery", maxAge: "36 h" },
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
  steps: {
    every_rating_is_half_a_star_to_five: {
      sql: "select user_id, item_id, rating from {{ ratings }} where rating not between 0.5 and 5",
      expect: "no rows",
    },
  },
  interactions: "interactions",
  items: "items",
  candidates: {
    similar: { trainer: "item_similarity", neighbours: 50, shrinkage: 5 },
    als: { trainer: "als", factors: 32, iterations: 15, regularization: 1, alpha: 1, seed: 1 },
  },
  evaluation: { holdoutShare: 0.2, k: 10 },
  choose: { metric: "ndcg", minGain: 0.1, maxAnswerMs: 50 },
  qa: {
    peopleCoverage: { atLeast: 0.99 },
    itemCoverage: { atLeast: 0.05 },
    mustHave: { items: ["318", "858", "2571", "260"], minPeople: 5 },
    preview: ["15", "73", "547"],
  },
  review: { expiresAfter: "7 d" },
  monitor: { every: "1 h", maxReachLoss: 0.2, maxScoreShift: 0.25 },
  schedule: { cron: "0 3 * * *", timeZone: "Europe/Vienna", overlap: "skip", catchUpWindow: "1 h" },
});
