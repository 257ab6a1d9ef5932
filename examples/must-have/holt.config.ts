/** Films of a small studio that must not lose sight of its originals. The data is made up: see generate.ts. */
import { defineModel } from "holt";

export default defineModel({
  name: "originals",
  description: "Ten films for each subscriber, with all of the studio's originals somewhere",
  sources: {
    films: {
      file: "data/films.csv",
      columns: {
        item_id: { from: "film_id", type: "text" },
        title: { type: "text" },
        genre: { type: "text" },
        original: { type: "boolean" },
      },
      key: ["item_id"],
    },
    plays: {
      file: "data/plays.csv",
      columns: {
        user_id: { type: "text" },
        item_id: { from: "film_id", type: "text" },
        played_at: { type: "epoch_seconds" },
      },
      key: ["user_id", "item_id"],
      eventTime: "played_at",
      knownTime: "played_at",
    },
  },
  features: {
    items: { sql: "select item_id, title, genre from {{ films }}" },
    interactions: { sql: "select user_id, item_id, played_at as event_time from {{ plays }}" },
  },
  interactions: "interactions",
  items: "items",
  candidates: {
    similar: { trainer: "item_similarity", neighbours: 10, shrinkage: 0 },
  },
  evaluation: { holdoutShare: 0.2, k: 10 },
  qa: {
    peopleCoverage: { atLeast: 0.99 },
    valueCoverage: { atLeast: 0.9, severity: "warn" },
    value: { sql: "select item_id, count(*) as value from {{ plays }} group by item_id", label: "plays" },
    mustHave: {
      originals: {
        items: { sql: "select item_id from {{ films }} where original" },
        owner: "Nora, originals",
      },
    },
    segments: {
      taste: {
        sql: `select distinct on (user_id) user_id, genre as segment
              from (
                select user_id, genre, count(*) as films
                from {{ plays }} plays join {{ films }} films using (item_id)
                group by user_id, genre
              ) watched
              order by user_id, films desc, genre`,
        maxLoss: 0.2,
      },
    },
    display: { genre: "genre" },
    preview: [
      { user: "p001", note: "One of the many who watch one common genre" },
      { user: "p770", note: "Watches silent films beside crime" },
    ],
  },
});
