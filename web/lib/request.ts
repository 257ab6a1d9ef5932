import type { Problem } from "../../core/api.ts";

/** An answer that isn't a success, as the server told it (RFC 9457). */
export class ApiProblem extends Error {
  override name = "ApiProblem";
  readonly problem: Problem;
  constructor(problem: Problem) {
    super(problem.detail);
    this.problem = problem;
  }
}

/** Asks Holt's server. @throws {ApiProblem} it refused, or could not be reached (status 0) */
export async function request<T>(
  method: "GET" | "POST" | "DELETE",
  path: string,
  options: { body?: unknown; signal?: AbortSignal } = {},
): Promise<T> {
  const answer = await send(method, path, options);
  const text = await answer.text();
  if (!answer.ok) throw new ApiProblem(readProblem(answer, text));
  return (text === "" ? undefined : JSON.parse(text)) as T;
}

/** What any caught value says as a problem. */
export function problemOf(error: unknown): Problem {
  if (error instanceof ApiProblem) return error.problem;
  return problem(
    0,
    "Something went wrong in this page",
    error instanceof Error ? error.message : String(error),
  );
}

async function send(
  method: string,
  path: string,
  { body, signal }: { body?: unknown; signal?: AbortSignal },
): Promise<Response> {
  try {
    return await fetch(path, {
      method,
      credentials: "same-origin",
      headers: {
        accept: "application/json",
        ...(body === undefined ? {} : { "content-type": "application/json" }),
      },
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
      ...(signal ? { signal } : {}),
    });
  } catch (error) {
    if (signal?.aborted) throw error;
    const detail = "Holt's server could not be reached; see whether it runs, this page tries again by itself";
    throw new ApiProblem(problem(0, "No connection", detail));
  }
}

function readProblem(answer: Response, text: string): Problem {
  try {
    const read = JSON.parse(text) as Problem;
    if (typeof read.detail === "string" && typeof read.title === "string") return read;
  } catch {
    // not ours: a proxy's page; its text would help nobody
  }
  return problem(
    answer.status,
    answer.statusText || "Error",
    `the server answered ${answer.status} without a reason`,
  );
}

function problem(status: number, title: string, detail: string): Problem {
  return { type: "about:blank", title, status, detail, code: "page" };
}
