import { BaseSequencer, type TestSpecification } from "vitest/node";

/** Files of tests that take a minute or more: started last, one of them would leave the other core idle. */
const LONG = [
  "faults/faults.test.ts",
  "durability/worker-killed.test.ts",
  "durability/worker-processes.test.ts",
];

/** The usual order, with the long files before all others. */
export class LongFirst extends BaseSequencer {
  override async sort(files: TestSpecification[]): Promise<TestSpecification[]> {
    const usual = await super.sort(files);
    const isLong = ({ moduleId }: TestSpecification) =>
      LONG.some((name) => moduleId.endsWith(`/tests/${name}`));
    return [...usual.filter(isLong), ...usual.filter((file) => !isLong(file))];
  }
}
