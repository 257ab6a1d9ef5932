/**
 * What a process needs of the machine that the tests run on: where programs and Holt's own downloads are, and where
 * compiled code is kept, since it starts in half the time by it. Nothing of the settings of whoever runs the tests.
 */
export function machine(): Record<string, string> {
  const needed = ["PATH", "HOME", "XDG_CACHE_HOME", "NODE_COMPILE_CACHE"].flatMap((name) => {
    const value = process.env[name];
    return value === undefined ? [] : [[name, value] as const];
  });
  return Object.fromEntries(needed);
}
