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
    valueCoverage: { atLeast: 0.3, severity: "warn" },
    value: {
      sql: "select item_id, count(*) as value from {{ interactions }} group by item_id",
      label: "likes",
    },
    mustHave: {
      most_liked: {
        items: {
          sql: `select item_id from {{ interactions }} interactions
                group by item_id order by count(*) desc, item_id limit 20`,
        },
        minPeople: 5,
        owner: "Films desk",
      },
      godfather_and_shawshank: { items: { ids: ["858", "318"] }, minShare: 0.02, owner: "Films desk" },
    },
    forbidden: {
      horror_for_families: {
        people: {
          sql: `select user_id from {{ interactions }} interactions join {{ items }} items using (item_id)
                group by user_id
                having count(*) filter (where genres like '%Children%') >= count(*) * 0.2
                  and not bool_or(genres like '%Horror%')`,
        },
        items: { sql: "select item_id from {{ items }} where genres like '%Horror%'" },
        why: "who watches with children and has liked no horror film is shown none",
        severity: "warn",
        owner: "Youth protection",
      },
      no_title_no_shelf: {
        items: { sql: "select item_id from {{ items }} where title = '' or genres = '(no genres listed)'" },
        why: "the shelf could not say what it is",
        owner: "Catalogue",
      },
    },
    cases: {
      star_wars_fan: {
        who: { history: ["260", "1196"] },
        why: "Liked the first two Star Wars films and expects the third",
        owner: "Films desk",
        must: ["1210"],
        severity: "warn",
      },
      first_visit: {
        who: { history: [] },
        why: "Comes for the first time and should find a film that everybody knows",
        owner: "Growth",
        must: ["318"],
        withinRank: 3,
      },
      family: {
        who: { history: ["1", "588", "364", "595"] },
        why: "Saturday with children: Toy Story, Aladdin, The Lion King, Beauty and the Beast",
        owner: "Youth protection",
        mustNot: ["593", "1219", "1258"],
        severity: "warn",
      },
    },
    segments: {
      activity: {
        sql: `select user_id,
                case when count(*) < 20 then 'up to 19 likes' when count(*) < 100 then '20 to 99' else '100 and more' end
                  as segment
              from {{ interactions }} interactions group by user_id`,
        maxLoss: 0.2,
      },
      since: {
        sql: `select user_id,
                case when min(event_time) < timestamptz '2000-01-01' then 'before 2000'
                  when min(event_time) < timestamptz '2008-01-01' then '2000 to 2007' else '2008 and later' end as segment
              from {{ interactions }} interactions group by user_id`,
      },
    },
    extremes: { newItems: { sql: "select item_id from {{ items }} where title like '%(2016)%'" } },
    behaviour: {
      maxListChange: { atMost: 0.9 },
      minDiversity: { atLeast: 0.3 },
      oneMorePlay: { atMost: 0.1 },
    },
    display: { genre: "genres" },
    preview: [
      { user: "15", note: "Rates much, and liked a third of it" },
      { user: "73", note: "Liked more than a thousand films, drama first" },
      { user: "547", note: "Has the longest history of all" },
    ],
  },
  review: { expiresAfter: "7 d" },
  monitor: { every: "1 h", maxReachLoss: 0.2, maxScoreShift: 0.25 },
  schedule: { cron: "0 3 * * *", timeZone: "Europe/Vienna", overlap: "skip", catchUpWindow: "1 h" },
});
