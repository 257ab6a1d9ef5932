/** How sure a mean is: Student's t interval, from sums that grow with nothing but their own accuracy. */
import { studentQuantile } from "./experiment/student.ts";
import type { Estimate } from "./qa-report.ts";

/** Mean and spread of values that come one by one (Welford 1962): three numbers, however many come. */
export class RunningMean {
  count = 0;
  mean = 0;
  #squares = 0;

  add(value: number): void {
    this.count += 1;
    const step = value - this.mean;
    this.mean += step / this.count;
    this.#squares += step * (value - this.mean);
  }

  /** The mean with its 95 % interval by Student's t; undefined of fewer than two values, whose spread nobody knows. */
  estimate(): Estimate | undefined {
    if (this.count < 2) return undefined;
    const error = Math.sqrt(this.#squares / (this.count - 1) / this.count);
    const half = studentQuantile(0.975, this.count - 1) * error;
    return { mean: this.mean, low: this.mean - half, high: this.mean + half };
  }
}
