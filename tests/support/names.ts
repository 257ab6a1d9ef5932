export const TEMPLATE_DATABASE = "holt_template";

/** Namespaces that the test run's Temporal server has; a file takes the one of its own name (tests/support/temporal.ts). */
export const NAMESPACES = Array.from({ length: 32 }, (_, index) => `test-${index}`);
