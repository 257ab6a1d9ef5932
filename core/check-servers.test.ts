import { expect, it } from "vitest";
import { checkServers, type ServerSays } from "./check-servers.ts";

const AT = new Date("2026-11-30T12:00:00Z");
const well = (name: string): ServerSays => ({ name, held: { problem: null } });
const ill = (name: string, agoS: number): ServerSays => ({
  name,
  held: {
    problem: "version 7: artifact 9f2c…: is not in the store",
    since: new Date(AT.getTime() - agoS * 1_000).toISOString(),
  },
});

it.each([
  ["all answer by it", [well("a"), well("b")], "pass", "2 of 2 servers"],
  ["one has not for a minute", [well("a"), ill("b", 60)], "fail", "1 of 2 servers"],
  ["one has not for less", [well("a"), ill("b", 59)], "inconclusive", "1 of 2 servers"],
  ["one has said nothing of it yet", [{ name: "a", held: undefined }], "inconclusive", "0 of 1 server"],
  ["no server runs", [], "inconclusive", "0 of 0 servers"],
] as const)("%s", (_, servers, verdict, value) => {
  expect(checkServers(7, servers, AT)).toMatchObject({
    id: "servers",
    cause: "deployment:7",
    verdict,
    value,
  });
});

it("names the server that has been without it longest, and why", () => {
  expect(checkServers(7, [ill("a:7400", 90), well("b:7400"), ill("c:7400", 600)], AT).explanation).toBe(
    "Version 7 answers on 1 of 3 servers; server c:7400 has not had it for 10 min: version 7: artifact 9f2c…: is not in the store.",
  );
});
