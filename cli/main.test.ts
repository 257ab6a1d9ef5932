/** The command's process: what it prints goes to its streams, and it ends with the exit code, whichever it is. */
import { expect, it } from "vitest";
import { testDatabase } from "../tests/support/database.ts";
import { envOf, holtProcess } from "../tests/support/holt.ts";
import { addOpenReview } from "../tests/support/shop.ts";

it("ends with what the command found: done, failed, wrong use, or waiting for a person", async () => {
  const database = await testDatabase();
  const { runId } = await addOpenReview(database.db);
  await database.db.updateTable("review").set({ approvals_needed: 2 }).where("run_id", "=", runId).execute();
  // no workflow is behind this run; with Temporal out of reach the decision is kept all the same
  const rita = { ...(await envOf(database, "reviewer", "rita")), TEMPORAL_ADDRESS: "127.0.0.1:1" };
  expect(await holtProcess(["safeguards"], rita)).toEqual({ code: 0, stdout: "None.\n", stderr: "" });
  expect(await holtProcess(["run", "show", "shop-none"], rita)).toEqual({
    code: 1,
    stdout: "",
    stderr: 'run "shop-none": is not in the database; see "holt runs"\n',
  });
  expect(await holtProcess(["runs", "--modle", "x"], rita)).toEqual({
    code: 2,
    stdout: "",
    stderr: "holt: unknown option '--modle'\n(Did you mean --model?)\nSee: holt runs --help\n",
  });
  expect(await holtProcess(["review", "approve", runId], rita)).toEqual({
    code: 3,
    stdout: expect.stringContaining("1 of 2 approvals; it waits for other people's"),
    stderr: expect.stringContaining("Temporal: could not be reached at 127.0.0.1:1"),
  });
});
