/** Logs each text that comes on stdin, as worker and server log: as a field, a message, an error, a name, a word of Temporal's. */
import { text } from "node:stream/consumers";
import { pino } from "pino";
import { InvalidInput } from "../../core/errors.ts";
import { LOG_HOOKS, LOG_SERIALIZERS } from "../../store/describe-error.ts";
import { openLog, temporalLog } from "../../workers/log.ts";

const words = JSON.parse(await text(process.stdin)) as string[];
const worker = openLog("holt-worker");
const server = pino({ base: { part: "server" }, serializers: LOG_SERIALIZERS, hooks: LOG_HOOKS });
for (const word of words)
  for (const log of [worker, server]) {
    log.info({ field: word, [word]: 1 }, word);
    log.error({ err: new InvalidInput(word, { cause: new Error(word) }) }, word);
    temporalLog(log).warn(word, { workflowId: word, error: new Error(word) });
  }
