/**
 * What a run reads that was sent to it. Anybody who reaches Temporal can send a signal that is no JSON, or of an encoding
 * that nobody knows; the SDK's own converter throws then, and the run would try the same task again for ever. Here it
 * reads as nothing, so that a signal only wakes.
 */
import { defaultPayloadConverter, type Payload, type PayloadConverter } from "@temporalio/common";

export const payloadConverter: PayloadConverter = {
  toPayload: <T>(value: T): Payload => defaultPayloadConverter.toPayload(value),
  fromPayload<T>(payload: Payload): T {
    try {
      return defaultPayloadConverter.fromPayload<T>(payload);
    } catch {
      return undefined as T;
    }
  },
};
