/** What an ended session was asked for: its bytes alone, since objects of a request take many times as much. */
import { create, fromBinary, toBinary } from '@bufbuild/protobuf';
import {
  CaptureOptionsSchema,
  RulesSchema,
  type Session,
  SessionSchema,
} from '../gen/ptraced/v1/session_pb.js';
import type { SessionSettings, SessionTarget } from './session.js';

/** What a session shows of its request. */
export interface ShownRequest {
  readonly request: SessionTarget;
  readonly settings: SessionSettings;
}

/** Of no session: what is left once it is forgotten. */
export const nothingShown: ShownRequest = Object.freeze({
  request: { case: undefined },
  settings: { capture: create(CaptureOptionsSchema), rules: create(RulesSchema), labels: {} },
});

function toMessage({ request, settings }: ShownRequest): Session {
  const { capture, rules, labels } = settings;
  return create(SessionSchema, { target: request, capture, rules, labels });
}

/** Bytes that it takes as a message. */
export function shownBytes(shown: ShownRequest): number {
  return toBinary(SessionSchema, toMessage(shown)).length;
}

export class KeptRequest {
  readonly #bytes: Uint8Array;
  /** Beside, since lists of sessions look at them. */
  readonly labels: SessionSettings['labels'];

  constructor(shown: ShownRequest) {
    // Its own size: toBinary may give a part of a larger buffer.
    this.#bytes = toBinary(SessionSchema, toMessage(shown)).slice();
    this.labels = shown.settings.labels;
  }

  get length(): number {
    return this.#bytes.length;
  }

  /** Objects of their own with each call. */
  shown(): ShownRequest {
    const { target, capture, rules } = fromBinary(SessionSchema, this.#bytes);
    const { labels } = this;
    const none = nothingShown.settings;
    return {
      request: target,
      settings: { capture: capture ?? none.capture, rules: rules ?? none.rules, labels },
    };
  }
}
