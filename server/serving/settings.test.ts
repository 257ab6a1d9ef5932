import { expect, it } from "vitest";
import { readServingSettings } from "./settings.ts";

it("has a default for everything, and takes what the environment says", () => {
  expect(readServingSettings({}, "/home")).toEqual({
    ...{ folder: "/home/serving", historiesMb: 64, scorerDeadlineMs: 150, scorerMemoryMb: 1_024 },
    warmVersions: 3,
  });
  expect(
    readServingSettings(
      {
        ...{ HOLT_SERVING_FOLDER: "/data/kept", HOLT_HISTORIES_MB: "256" },
        ...{ HOLT_SCORER_DEADLINE_MS: "20", HOLT_SCORER_MEMORY_MB: "2048" },
        HOLT_WARM_VERSIONS: "1",
      },
      "/home",
    ),
  ).toEqual({
    ...{ folder: "/data/kept", historiesMb: 256, scorerDeadlineMs: 20, scorerMemoryMb: 2_048 },
    warmVersions: 1,
  });
});

it("refuses a figure that is none, with its name and what it may be", () => {
  for (const written of ["0", "-1", "1.5", "much", "1e9"])
    expect(() => readServingSettings({ HOLT_SCORER_DEADLINE_MS: written }, "/home")).toThrow(
      `HOLT_SCORER_DEADLINE_MS: "${written}" is not a whole number from 1 to 60000; write one`,
    );
});
