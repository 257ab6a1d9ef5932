export const TEMPLATE_DATABASE = "holt_template";

/** Namespaces that the test run's Temporal server has; each stage takes one of its own (tests/support/stage.ts). */
export const NAMESPACES = Array.from({ length: 96 }, (_, index) => `test-${index}`);

/** A namespace where no test ever runs a worker. */
export const IDLE_NAMESPACE = "test-idle";
