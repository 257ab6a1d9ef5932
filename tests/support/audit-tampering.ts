/** What somebody with the database's own superuser could do to the audit log, triggers and all. */
import pg from "pg";
import type { AuditFaultKind } from "../../core/audit-faults.ts";
import type { Random } from "../faults/random.ts";

/** Positions of the chain as it was: 1 to `length`. */
type Tamper = (client: pg.Client, length: number, random: Random) => Promise<unknown>;

/** A position that isn't the last, so that something follows. */
const inside = (length: number, random: Random) => 1 + random.below(length - 1);

/** By what is done. */
export const TAMPERINGS: Readonly<Record<string, Tamper>> = {
  "edits what an entry says": (client, length, random) =>
    client.query(
      `update audit set detail = detail || '{"edited": true}'
       where id = (select audit_id from audit_link where position = $1)`,
      [1 + random.below(length)],
    ),
  "edits who did it": (client, length, random) =>
    client.query(
      `update audit set person_id = case when person_id is null then (select min(id::text)::uuid from person) end
       where id = (select audit_id from audit_link where position = $1)`,
      [1 + random.below(length)],
    ),
  "edits when it was by a microsecond": (client, length, random) =>
    client.query(
      `update audit set at = at + interval '1 microsecond'
       where id = (select audit_id from audit_link where position = $1)`,
      [1 + random.below(length)],
    ),
  "deletes an entry": (client, length, random) =>
    client.query("delete from audit where id = (select audit_id from audit_link where position = $1)", [
      1 + random.below(length),
    ]),
  "deletes an entry with its link": (client, length, random) =>
    client.query(
      `with gone as (delete from audit_link where position = $1 returning audit_id)
       delete from audit using gone where id = audit_id`,
      [inside(length, random)],
    ),
  "deletes an entry and closes the gap": async (client, length, random) => {
    const position = inside(length, random);
    await client.query(
      `with gone as (delete from audit_link where position = $1 returning audit_id)
       delete from audit using gone where id = audit_id`,
      [position],
    );
    await shift(client, position, -1);
  },
  "inserts an entry beside the chain": (client) =>
    client.query("insert into audit (action, subject) values ('approve', 'run forged')"),
  "inserts an entry into the chain": async (client, length, random) => {
    const position = inside(length, random);
    await shift(client, position, 1);
    await client.query(
      `with new as (insert into audit (action, subject) values ('approve', 'run forged') returning id)
       insert into audit_link (position, audit_id, previous_hash, hash)
       select position + 1, new.id, hash, encode(sha256(hash::bytea), 'hex') from new, audit_link where position = $1`,
      [position],
    );
  },
  "lets two entries change places": async (client, length, random) => {
    const [first, second] = twoOf(length, random);
    await client.query(`update audit_link set audit_id = -audit_id where position in ($1, $2)`, [
      first,
      second,
    ]);
    await client.query(
      `update audit_link as one set audit_id = -other.audit_id
       from audit_link as other where (one.position, other.position) in (($1, $2), ($2, $1))`,
      [first, second],
    );
  },
  "lets two links change places": async (client, length, random) => {
    const [first, second] = twoOf(length, random);
    await client.query("update audit_link set position = 1000000 where position = $1", [first]);
    await client.query("update audit_link set position = $1 where position = $2", [first, second]);
    await client.query("update audit_link set position = $1 where position = 1000000", [second]);
  },
  "cuts the tail off": async (client, length, random) => cutTail(client, 1 + random.below(length - 1)),
  "removes all": (client) => cutTail(client, 0),
  "removes what the chain begins with": (client) => client.query("delete from audit_origin"),
  "edits an entry and builds the chain anew": async (client, length, random) => {
    await client.query(
      `update audit set subject = 'run of somebody else'
       where id = (select audit_id from audit_link where position = $1)`,
      [1 + random.below(length)],
    );
    await rebuild(client);
  },
  "leaves an entry out and builds the chain anew": async (client, length, random) => {
    await client.query(
      `with gone as (delete from audit_link where position = $1 returning audit_id)
       delete from audit using gone where id = audit_id`,
      [1 + random.below(length)],
    );
    await rebuild(client);
  },
};

/** As what it is found. */
export const FOUND_AS: Readonly<Record<string, AuditFaultKind>> = {
  "edits what an entry says": "edited",
  "edits who did it": "edited",
  "edits when it was by a microsecond": "edited",
  "deletes an entry": "missing",
  "deletes an entry with its link": "gap",
  "deletes an entry and closes the gap": "broken",
  "inserts an entry beside the chain": "unlinked",
  "inserts an entry into the chain": "broken",
  "lets two entries change places": "reordered",
  "lets two links change places": "reordered",
  "cuts the tail off": "cut",
  "removes all": "cut",
  "removes what the chain begins with": "origin",
  "edits an entry and builds the chain anew": "rebuilt",
  "leaves an entry out and builds the chain anew": "cut",
};

/** Those of which the database alone keeps no trace. */
export function isSeenOnlyOutside(name: string): boolean {
  return FOUND_AS[name] === "cut" || FOUND_AS[name] === "rebuilt";
}

/** Does it as the superuser, with every trigger and foreign key out of the way. */
export async function tamper(url: string, name: string, random: Random): Promise<void> {
  const client = new pg.Client({ connectionString: url });
  await client.connect();
  try {
    await client.query("set session_replication_role = replica");
    const { rows } = await client.query("select count(*)::integer as length from audit_link");
    await TAMPERINGS[name]?.(client, rows[0].length, random);
  } finally {
    await client.end();
  }
}

function twoOf(length: number, random: Random): [number, number] {
  const [first = 1, second = 2] = random.shuffled(Array.from({ length }, (_, index) => index + 1));
  return [first, second];
}

async function shift(client: pg.Client, after: number, by: number): Promise<void> {
  const away = 1_000_000; // a position is unique at any moment
  await client.query("update audit_link set position = position + $2 where position > $1", [after, away]);
  await client.query("update audit_link set position = position - $1 where position > $2", [away - by, away]);
}

async function cutTail(client: pg.Client, last: number): Promise<void> {
  await client.query(
    `with gone as (delete from audit_link where position > $1 returning audit_id)
     delete from audit using gone where id = audit_id`,
    [last],
  );
}

/** As Holt itself would have linked what is there now. */
async function rebuild(client: pg.Client): Promise<void> {
  await client.query("create temporary table kept as select audit_id from audit_link order by position");
  await client.query("delete from audit_link");
  await client.query(
    "select append_audit_link(audit) from (select audit.* from kept join audit on id = audit_id) as audit",
  );
  await client.query("drop table kept");
}
