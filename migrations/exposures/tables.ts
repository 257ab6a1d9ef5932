import { type Kysely, sql } from "kysely";

export async function addTables(db: Kysely<unknown>): Promise<void> {
  // An id begins with its time (UUID version 7), so a day's ids stand together: its table, its index and its end are one
  // day's, and an outcome's exposure is looked for in one table.
  await sql`
    create table exposure (
      id uuid primary key,
      at timestamptz not null,
      model text not null,
      version integer not null,
      arm text not null,
      fallback boolean not null,
      user_id text not null,
      -- how many were asked for; what was shown may be fewer
      k integer not null,
      -- best first: the rank is the place
      items text[] not null,
      -- null for an item that was drawn, not scored
      scores real[] not null check (cardinality(scores) = cardinality(items)),
      -- how likely each place was to show what it shows; null when nothing was drawn, which is 1 for each
      propensities double precision[] check (cardinality(propensities) = cardinality(items)),
      -- what else was asked with, as the country
      context jsonb
    ) partition by range (id)`.execute(db);
  await sql`
    create table outcome (
      -- the account that told of it, whose own the id is
      reported_by uuid not null,
      id text not null,
      kind text not null check (kind in ('click', 'play', 'spend')),
      -- its exposure may come later, or never
      recommendation_id uuid not null,
      item_id text not null,
      at timestamptz not null,
      received_at timestamptz not null,
      amount numeric check (amount >= 0),
      currency text check (currency ~ '^[A-Z]{3}$'),
      check ((kind = 'spend') = (amount is not null) and (amount is null) = (currency is null)),
      primary key (reported_by, id)
    )`.execute(db);
  await sql`create index outcome_of on outcome (recommendation_id)`.execute(db);
  // A few kB however many there are: for what is deleted when it is old.
  await sql`create index outcome_received on outcome using brin (received_at)`.execute(db);
  for (const table of ["exposure", "outcome"])
    await sql`alter table ${sql.id(table)} owner to holt_owner`.execute(db);
}
