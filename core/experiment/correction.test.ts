import { readFile } from "node:fs/promises";
import { test } from "@fast-check/vitest";
import fc from "fast-check";
import { expect, it } from "vitest";
import { benjaminiHochberg, holm } from "./correction.ts";

// inference.cases.py asks statsmodels
const references = JSON.parse(await readFile(new URL("inference.cases.json", import.meta.url), "utf8"));

it.each(references["multipletests(holm), multipletests(fdr_bh)"] as [number[], number[], number[]][])(
  "corrects %j as statsmodels",
  (ps, byHolm, byHochberg) => {
    holm(ps).forEach((p, at) => {
      expect(p).toBeCloseTo(byHolm[at] as number, 12);
    });
    benjaminiHochberg(ps).forEach((p, at) => {
      expect(p).toBeCloseTo(byHochberg[at] as number, 12);
    });
  },
);

test.prop([fc.array(fc.double({ min: 0, max: 1, noNaN: true }), { maxLength: 20 })])(
  "never makes a p-value smaller, keeps their order, and Holm is the stricter",
  (ps) => {
    const [strict, loose] = [holm(ps), benjaminiHochberg(ps)];
    for (const [at, p] of ps.entries()) {
      expect(loose[at]).toBeGreaterThanOrEqual(p - 1e-15);
      expect(strict[at]).toBeGreaterThanOrEqual((loose[at] as number) - 1e-15);
      for (const [other, larger] of ps.entries())
        if (larger >= p) expect(strict[other]).toBeGreaterThanOrEqual(strict[at] as number);
    }
  },
);
