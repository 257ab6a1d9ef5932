/** What a program learns from the command's end. */
export const EXIT = { done: 0, failed: 1, wrongUse: 2, waitingForPerson: 3 } as const;
export type ExitCode = (typeof EXIT)[keyof typeof EXIT];
