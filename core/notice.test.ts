/** What people are told of a review, in mail and Slack, whatever people and files named things. */
import { describe, expect, it } from "vitest";
import { factsOf } from "../tests/support/notified-run.ts";
import { noticeWords, reviewLink } from "./notice.ts";
import { noticeMail } from "./notice-mail.ts";
import { noticeMessage, reasonDialog } from "./notice-slack.ts";

const LINK = "https://holt.films.example/runs/films-1/review";
const EXPIRES = "It expires 2026-12-01 09:00 UTC.";

describe("the words", () => {
  it("say how many have to approve, how many have, by when, and what an approval overrides", () => {
    expect(noticeWords("opened", factsOf())).toEqual({
      subject: "films: a new version waits for your decision",
      lead: `It needs one approval. ${EXPIRES}`,
    });
    const more = factsOf({ approvals: 1, approvalsNeeded: 3, needsOverride: true });
    expect(noticeWords("reminder-2", more)).toEqual({
      subject: "Reminder: a new version of films still waits for your decision",
      lead: `It needs 3 approvals by different people, 1 of them given. A check failed that must not: approving overrides it, and needs a reason. ${EXPIRES}`,
    });
    expect(noticeWords("escalation", factsOf())).toEqual({
      subject: "films: nobody has decided since 2026-11-24 09:00 UTC",
      lead: `A new version has waited since then. It needs one approval. ${EXPIRES}`,
    });
  });

  it("tell who asks what, the question that the notice is about", () => {
    const questions = [
      { by: "rita", text: "Where is the derby?" },
      { by: "roy", text: "And the finale?" },
    ];
    expect(noticeWords("question-2", factsOf({ questions }))).toEqual({
      subject: "films: roy asks about the new version",
      lead: "And the finale?\nThe run waits. Another run of the model is the answer.",
    });
  });

  it.each([
    [{ state: "approved", endedBy: "rita" }, "films: the new version was approved by rita", ""],
    [
      { state: "rejected", endedBy: "rita", endReason: "no derby" },
      "films: the new version was rejected by rita",
      "no derby",
    ],
    [
      { state: "approved", endedBy: 'the rule "nightly"', endReason: "no check fails" },
      'films: the new version was approved by the rule "nightly"',
      "no check fails",
    ],
    [
      { state: "superseded", supersededBy: "films-2" },
      "films: a newer run took this one's place",
      "It is run films-2.",
    ],
    [
      { state: "expired" },
      "films: nobody decided in time",
      "The run has ended; nothing changes. Start another run to ask again.",
    ],
  ] as const)("tell how it ended: %j", (change, subject, lead) => {
    expect(noticeWords("ended", factsOf(change))).toEqual({ subject, lead });
  });

  it("link to the review, wherever the server stands", () => {
    expect(reviewLink("https://holt.films.example/", "films-1")).toBe(LINK);
    expect(reviewLink("http://h:1", "a/b?c")).toBe("http://h:1/runs/a%2Fb%3Fc/review");
  });
});

describe("a mail", () => {
  it("has the same words as text and as HTML, and a link that carries nothing", () => {
    const { subject, text, html } = noticeMail("opened", factsOf(), LINK);
    expect(subject).toBe("films: a new version waits for your decision");
    for (const words of [factsOf().headline, "It needs one approval.", "Run films-1, candidate als", LINK])
      for (const body of [text, html]) expect(body).toContain(words);
    expect(`${text}${html}`).not.toContain(factsOf().releaseDigest);
  });

  it("lets nobody's words begin a header or an element of their own", () => {
    const by = 'Eve"><img src=x>\r\nBcc: all@films.example';
    const questions = [{ by, text: "<script>alert(1)</script>" }];
    const { subject, html } = noticeMail(
      "question-1",
      factsOf({ questions, headline: "<b>5 & 6</b>" }),
      LINK,
    );
    expect(subject).not.toMatch(/[\r\n]/);
    expect(html).not.toMatch(/<(script|img|b)[ >]/);
    expect(html).toContain("&lt;script&gt;alert(1)&lt;/script&gt;");
    expect(html).toContain("&lt;b&gt;5 &amp; 6&lt;/b&gt;");
    expect(noticeMail("opened", factsOf({ model: "m".repeat(500) }), LINK).subject).toHaveLength(150);
  });
});

describe("a Slack message", () => {
  const blocksOf = (message: { blocks: object[] }) => JSON.stringify(message.blocks);

  it("decides only while it tells of the opening, and asks why where a check is overridden", () => {
    const opened = blocksOf(noticeMessage("opened", factsOf(), LINK));
    for (const id of ["holt_approve", "holt_reject", "holt_ask", "holt_look"]) expect(opened).toContain(id);
    expect(opened).toContain('"confirm"');
    const over = blocksOf(noticeMessage("opened", factsOf({ needsOverride: true }), LINK));
    expect(over).toContain("Override and approve …");
    expect(over).not.toContain('"confirm"');
    for (const event of ["reminder-1", "escalation", "question-1", "ended"] as const) {
      const later = blocksOf(noticeMessage(event, factsOf(), LINK));
      expect(later).toContain("holt_look");
      expect(later).not.toMatch(/holt_(approve|reject|ask)/);
    }
  });

  it("has people's words as plain text, within Slack's limits, and no markup in what is notified", () => {
    const model = "<!channel> & co";
    const message = noticeMessage("opened", factsOf({ model, headline: "h".repeat(9_000) }), LINK);
    expect(message.text).toBe("&lt;!channel&gt; &amp; co: a new version waits for your decision");
    expect(blocksOf(message)).not.toContain("mrkdwn");
    const [header, section] = message.blocks as { text: { text: string } }[];
    expect(header?.text.text.length).toBeLessThanOrEqual(150);
    expect(section?.text.text).toHaveLength(2_000);
    expect(section?.text.text).toMatch(/h…$/);
  });

  it("has a dialog that remembers what was seen and asked for", () => {
    const { runId, releaseDigest, reportDigest } = factsOf();
    const subject = { runId, releaseDigest, reportDigest };
    const dialog = reasonDialog("approve", subject, true);
    expect(dialog).toMatchObject({ title: { text: "Override and approve" }, submit: { text: "Approve" } });
    expect(JSON.parse(String(dialog["private_metadata"]))).toEqual({
      ...subject,
      verdict: "approve",
      override: true,
    });
    // Slack takes 24 characters at most
    for (const verdict of ["approve", "reject", "ask"] as const)
      expect((reasonDialog(verdict, subject, false)["title"] as { text: string }).text.length).toBeLessThan(
        25,
      );
  });
});
