/** Every subcommand, in the order of the help. */

import { attachCommand } from './attach-command.js';
import type { Command } from './command.js';
import { detachCommand } from './detach-command.js';
import { mapsCommand } from './maps-command.js';
import { pauseCommand } from './pause-command.js';
import { psCommand } from './ps-command.js';
import { readCommand } from './read-command.js';
import { recordCommand } from './record-command.js';
import { regsCommand } from './regs-command.js';
import { replayCommand } from './replay-command.js';
import { resumeCommand } from './resume-command.js';
import { searchCommand } from './search-command.js';
import { sessionsCommand } from './sessions-command.js';
import { signalCommand } from './signal-command.js';
import { stepCommand } from './step-command.js';
import { subscribeCommand } from './subscribe-command.js';
import { summaryCommand } from './summary-command.js';
import { tasksCommand } from './tasks-command.js';
import { traceCommand } from './trace-command.js';
import { waitCommand } from './wait-command.js';
import { writeCommand } from './write-command.js';

export const COMMANDS: readonly Command[] = [
  traceCommand,
  attachCommand,
  recordCommand,
  replayCommand,
  sessionsCommand,
  subscribeCommand,
  summaryCommand,
  psCommand,
  tasksCommand,
  pauseCommand,
  resumeCommand,
  stepCommand,
  waitCommand,
  signalCommand,
  detachCommand,
  readCommand,
  writeCommand,
  searchCommand,
  mapsCommand,
  regsCommand,
];
