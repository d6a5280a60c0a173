/** A thread that computes ids of rides' payments and tickets. */
import { serve } from "../common/thread.js";
import { type Frame, writeIds } from "./ids.js";

await serve<Frame>(writeIds);
