import { IncomingMessage } from "node:http";
import { Socket } from "node:net";
import { test as property } from "@fast-check/vitest";
import fc from "fast-check";
import { expect, it } from "vitest";
import { plainQuestionOf } from "./plain-question.ts";

const ADDRESS = "/v1/models/shop/recommendations?user=ann";

function asked(url: string, { method = "GET", ...headers }: Record<string, string> = {}) {
  const request = new IncomingMessage(new Socket());
  return plainQuestionOf(
    Object.assign(request, { url, method, headers: { authorization: "Bearer t", ...headers } }),
  );
}

it("understands a person's list with all that is asked in plain characters", () => {
  expect(asked(ADDRESS)).toEqual({
    model: "shop",
    token: "t",
    query: { user: "ann", k: 10, explain: false, expose: true },
  });
  expect(asked(`${ADDRESS}&k=3&country=DE&expose=0&explain=1&household=h&filter=genre:Drama`)?.query).toEqual(
    {
      ...{ user: "ann", k: 3, country: "DE", expose: false, explain: true, household: "h" },
      filter: { genre: "Drama" },
    },
  );
});

it.each([
  ["another method", ADDRESS, { method: "HEAD" }],
  ["a body", ADDRESS, { "content-length": "2" }],
  ["a body without a length", ADDRESS, { "transfer-encoding": "chunked" }],
  ["no token", ADDRESS, { authorization: "" }],
  ["another kind of token", ADDRESS, { authorization: "Basic t" }],
  ["two tokens", ADDRESS, { authorization: "Bearer t u" }],
  ["another address", "/v1/models/shop/similar?item=a", {}],
  ["nobody", "/v1/models/shop/recommendations", {}],
  ["an empty name", "/v1/models/shop/recommendations?user=", {}],
  ["characters that are to be decoded", `${ADDRESS}%20b`, {}],
  ["a blank that is a plus", `${ADDRESS}+b`, {}],
  ["a setting twice", `${ADDRESS}&user=bea`, {}],
  ["a setting without a value", `${ADDRESS}&k`, {}],
  ["a value with an equals sign", `${ADDRESS}=b`, {}],
  ["a setting that isn't known", `${ADDRESS}&limit=3`, {}],
  ["a setting that all objects have", `${ADDRESS}&constructor=3`, {}],
  ["a setting that is none of its values", `${ADDRESS}&k=0`, {}],
])("leaves %s to the road that says what is wrong", (_, url, headers) => {
  expect(asked(url, headers)).toBeUndefined();
});

property.prop([fc.stringMatching(/^[\w.~:@-]{1,200}$/), fc.integer({ min: 1, max: 100 })])(
  "understands any such person and length as they are written",
  (user, k) => {
    expect(asked(`/v1/models/shop/recommendations?user=${user}&k=${k}`)?.query).toMatchObject({ user, k });
  },
);
