// One process for all: they share a sandbox, and look at what it was sent.

import "./run.mjs";
import "./queue.mjs";
import "./errors.mjs";
